import CHiredis
import Glibc

/// Who owns a ``RedisContext``. Called on the loop's thread, the first from within hiredis.
protocol RedisContextOwner: AnyObject {
    /// The reply to the oldest command that has none. May send; must not close the context.
    func contextReplied(_ reply: borrowing RedisReply)
    /// The connection is of no more use; commands without a reply stay without one. Once, and not after `close`.
    func contextFailed(_ reason: String)
}

/// hiredis' asynchronous context on our loop, over a socket that is connected already.
///
/// hiredis' own connect is not used: it tries one address only and leaks its descriptor to child processes. Its hooks
/// only mark: output leaves once a turn, before the loop sleeps. Everything that hiredis does on an error (it calls
/// back for each command with a null reply, and then frees itself) ends in `cleanUp`; the owner counts its commands
/// itself.
final class RedisContext: EventHandler {
    /// hiredis reads 16 KiB at a time; this many reads in one event keep a long reply from waiting for other
    /// connections between any two of them.
    private static let readsPerEvent = 64

    private unowned let loop: EventLoop
    private unowned let owner: any RedisContextOwner
    /// hiredis works with this descriptor and never closes it.
    private let socket: FileDescriptor
    private let arena: ReplyArena
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private var registration: Registration
    private var interest: Readiness = .read
    /// hiredis has output.
    private var wantsFlush = false
    private var isClosing = false
    private let replyByteLimit: Int

    /// Takes over `socket`, which is connected and doesn't block.
    init(
        socket: consuming FileDescriptor, loop: EventLoop, settings: RedisSettings, owner: any RedisContextOwner
    ) throws(SystemError) {
        self.loop = loop
        self.owner = owner
        self.socket = socket
        replyByteLimit = settings.replyBytes
        let context = try Self.makeContext(descriptor: self.socket.raw)
        arena = ReplyArena(elementLimit: settings.replyElements) { context.pointee.replies.head != nil }
        arena.attach(to: context.pointee.c.reader)
        registration = Registration(descriptor: self.socket.raw, generation: 0)
        do {
            registration = try loop.register(self.socket.raw, .read, self)
        } catch {
            redisAsyncFree(context)
            throw error
        }
        self.context = context
        setHooks(context)
    }

    deinit {
        // Only when the loop has gone too: else the owner closes it.
        guard let context else { return }
        context.pointee.ev.data = nil
        context.pointee.data = nil
        context.pointee.c.fd = -1
        redisAsyncFree(context)
    }

    /// hiredis 0.14 makes asynchronous contexts by its own connect only. One that fails at once (there is no listening
    /// at a directory) leaves a context without a descriptor, which then gets ours.
    private static func makeContext(descriptor: Int32) throws(SystemError) -> UnsafeMutablePointer<redisAsyncContext> {
        guard let context = redisAsyncConnectUnix("/") else { throw SystemError(code: ENOMEM, call: "hiredis") }
        precondition(context.pointee.c.fd < 0, "hiredis connected to a directory")
        context.pointee.c.fd = descriptor
        context.pointee.c.err = 0
        context.pointee.c.errstr.0 = 0
        context.pointee.err = 0
        return context
    }

    /// Bytes that hiredis holds because the socket didn't take them yet.
    var unsentBytes: Int { context.map { chiredis_unsent_bytes($0) } ?? 0 }

    var isOpen: Bool { context != nil }

    /// The reply goes to the owner.
    func send(_ command: borrowing RedisCommand) {
        guard let context else { preconditionFailure("the context is closed") }
        command.withBytes { bytes in
            let outcome = redisAsyncFormattedCommand(
                context,
                { context, reply, _ in RedisContext.replied(context, reply) }, nil,
                bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
            // It refuses only when it was told to disconnect, which we never do.
            precondition(outcome == REDIS_OK)
        }
    }

    /// Sends what has gathered; once a turn. With a full socket it waits for room instead.
    ///
    /// - Returns: whether anything was sent.
    func flush() -> Bool {
        guard wantsFlush, !interest.contains(.write), let context else { return false }
        redisAsyncHandleWrite(context)
        updateInterest()
        return true
    }

    /// Must not be called from within `contextReplied`. Commands without a reply stay without one.
    func close() {
        guard let context else { return }
        isClosing = true
        redisAsyncFree(context)
        precondition(self.context == nil)
    }

    // MARK: Events

    func descriptorReady(_ ready: Readiness) {
        if ready.contains(.write), let context {
            redisAsyncHandleWrite(context)
            updateInterest()
        }
        if ready.contains(.read) || !ready.isDisjoint(with: .hangUp) { receive() }
    }

    private func receive() {
        for _ in 0..<Self.readsPerEvent {
            guard let context else { return }
            let before = unparsedBytes(context)
            redisAsyncHandleRead(context)
            guard self.context != nil else { return }
            let after = unparsedBytes(context)
            // A reply that is not whole: the rest may be there already. Nothing new means that it isn't.
            guard let after, after != before else { return }
            guard after <= replyByteLimit else { return refuse("a reply of more than \(replyByteLimit) bytes") }
        }
    }

    /// Bytes of an unfinished reply that have been read; nil between two replies.
    private func unparsedBytes(_ context: UnsafeMutablePointer<redisAsyncContext>) -> Int? {
        let reader = context.pointee.c.reader.pointee
        let count = reader.len - reader.pos
        return count == 0 && reader.ridx < 0 ? nil : count
    }

    private func refuse(_ reason: String) {
        close()
        owner.contextFailed(reason)
    }

    private func updateInterest() {
        guard context != nil else { return }
        let wanted: Readiness = wantsFlush ? [.read, .write] : .read
        guard wanted != interest else { return }
        interest = wanted
        loop.setInterest(wanted, of: registration)
    }

    // MARK: What hiredis calls

    private func setHooks(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        context.pointee.data = this
        context.pointee.ev.data = this
        // Reading is always on.
        context.pointee.ev.addWrite = { RedisContext.from($0)?.wantsFlush = true }
        context.pointee.ev.delWrite = { RedisContext.from($0)?.wantsFlush = false }
        context.pointee.ev.cleanup = { RedisContext.from($0)?.cleanUp() }
    }

    /// Nil in `deinit`, where nobody is called any more. At any other time the one who called into hiredis holds the
    /// object.
    private static func from(_ pointer: UnsafeMutableRawPointer?) -> RedisContext? {
        pointer.map { Unmanaged<RedisContext>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func replied(
        _ context: UnsafeMutablePointer<redisAsyncContext>?, _ reply: UnsafeMutableRawPointer?
    ) {
        // Null: hiredis gives the connection up, and says so by `cleanUp` when it has called for the last command.
        guard reply != nil, let this = from(context?.pointee.data) else { return }
        this.owner.contextReplied(this.arena.reply)
    }

    /// hiredis frees its context behind this call.
    private func cleanUp() {
        guard let context else { return }
        let reason = failure(context)
        self.context = nil
        loop.unregister(registration)
        context.pointee.c.fd = -1
        if !isClosing { owner.contextFailed(reason) }
    }

    private func failure(_ context: UnsafeMutablePointer<redisAsyncContext>) -> String {
        if arena.hasOverflowed { return "a reply of more elements than the limit" }
        if context.pointee.c.err == REDIS_ERR_EOF { return "the server closed the connection" }
        return withUnsafeBytes(of: context.pointee.c.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
