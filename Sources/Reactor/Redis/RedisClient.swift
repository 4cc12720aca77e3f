import Glibc

/// One connection to Redis on an event loop, made anew for as long as it takes whenever it is lost.
///
/// Commands are pipelined: what is sent during a turn of the loop leaves in one write before the loop sleeps. It never
/// holds a command back for a better time: while there is no connection none is taken, and those that were under way
/// when it was lost end as unknown. Created and used on the loop's thread; the loop keeps it.
package final class RedisClient {
    enum Phase {
        case idle
        case lookingUp
        case connecting
        /// TLS and the first commands.
        case greeting
        case connected
        /// Given up in this turn, to be taken down when no handler is on the stack.
        case ending
        case waiting
        case closed
    }

    package let endpoint: RedisEndpoint
    let settings: RedisSettings
    unowned let loop: EventLoop
    let fence: RedisFence
    package weak var observer: (any RedisObserver)?
    private var lastReported: RedisState?

    // MARK: The connection and how it is made
    var phase = Phase.idle
    var isClosed = false
    var lookup: LoopNameLookup?
    var candidates: [SocketAddress] = []
    var connector: SocketConnector?
    let tls: TLSContext?
    var tunnel: TLSTunnel?
    var context: RedisContext?
    var handshake: RedisHandshake
    var backoff: Backoff
    var connectedSince = Deadline.never
    private var endReason = ""
    private var timer: TimerID?

    // MARK: Commands
    var pending = PendingCommands()
    var lastReply = Deadline(nanoseconds: 0)
    /// Never, where the server may not be asked.
    var nextRoleCheck = Deadline.never
    /// The loop's time is the same until it has slept.
    private var lastFlush = Deadline(nanoseconds: 0)
    private var isKeptAwake = false
    var scratch = RedisCommand()
    /// What of the fence this connection has dealt with.
    var fenceGeneration = 0

    /// Does not connect yet. Throws when TLS can't be set up (an unreadable CA file, say) or no descriptor is left.
    package init(
        loop: EventLoop, endpoint: RedisEndpoint, settings: RedisSettings = RedisSettings(),
        fence: RedisFence = RedisFence(), observer: (any RedisObserver)? = nil
    ) throws(RedisSetupError) {
        // hiredis writes by write(2): to a connection that is gone, that is a signal whose default is the end of the
        // process.
        _ = Self.ignoresBrokenPipes
        self.loop = loop
        self.endpoint = endpoint
        self.settings = settings
        self.fence = fence
        self.observer = observer
        do throws(TLSSetupError) {
            tls = if let anchors = endpoint.tls { try TLSContext(anchors) } else { nil }
        } catch {
            throw RedisSetupError(error.description)
        }
        handshake = RedisHandshake(endpoint: endpoint, scriptCount: settings.scripts.count)
        backoff = Backoff(
            firstMilliseconds: settings.firstRetryMilliseconds, longestMilliseconds: settings.longestRetryMilliseconds)
        do {
            lookup = try LoopNameLookup(loop: loop, owner: self, resolve: settings.resolve)
        } catch {
            throw RedisSetupError(error.description)
        }
        loop.add(flushHook: self)
    }

    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Begins to connect, once.
    package func start() {
        precondition(phase == .idle)
        beginAttempt()
    }

    package var isConnected: Bool { phase == .connected }

    /// Takes `command`, whose reply goes to `handler`: as `unknown` when it has not come in time.
    ///
    /// - Returns: false when there is no connection, or too much is under way: then nothing was taken.
    package func send(_ command: borrowing RedisCommand, handler: any RedisReplyHandler, tag: UInt64) -> Bool {
        guard mayTakeCommand, let context else { return false }
        keepFence()
        context.send(command)
        expect(.command(handler, tag: tag), withinMilliseconds: settings.commandMilliseconds)
        keepAwake()
        return true
    }

    /// Calls one of the scripts named in the settings. `arguments` begins with the number of keys, as EVALSHA's do.
    ///
    /// A server that has forgotten the script (SCRIPT FLUSH) answers with an error, NOSCRIPT, and the connection is
    /// made anew with all scripts loaded.
    package func sendScript(
        _ script: RedisScript, _ arguments: borrowing RedisCommand, handler: any RedisReplyHandler, tag: UInt64
    ) -> Bool {
        guard mayTakeCommand, let context else { return false }
        keepFence()
        scratch.setScriptCall(sha: handshake.scriptHashes[script.index], arguments)
        context.send(scratch)
        expect(.command(handler, tag: tag), withinMilliseconds: settings.commandMilliseconds)
        keepAwake()
        return true
    }

    /// Closes the connection for good. Commands under way end as unknown, before the loop sleeps next.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        guard phase != .ending else { return }
        phase = .ending
        disarm()
        loop.runLater(self)
    }

    private var mayTakeCommand: Bool {
        guard phase == .connected, let context else { return false }
        return pending.count < settings.pendingCommands && context.unsentBytes < settings.unsentBytes
    }

    /// What is sent by a flush hook behind ours (or a reap hook) leaves in the next turn: the loop must not sleep
    /// before.
    private func keepAwake() {
        guard loop.now == lastFlush && !isKeptAwake else { return }
        isKeptAwake = true
        loop.runLater(self)
    }

    func expect(_ origin: PendingCommands.Origin, withinMilliseconds milliseconds: Int) {
        pending.append(origin, deadline: loop.now.advanced(byMilliseconds: milliseconds))
    }

    func report(_ state: RedisState) {
        guard state != lastReported else { return }
        lastReported = state
        observer?.redisStateChanged(state)
    }

    // MARK: The end of a connection

    /// Possible anywhere: the connection is taken down later, where no call of hiredis can be on the stack.
    func giveUp(_ reason: String) {
        guard phase != .ending && phase != .closed else { return }
        phase = .ending
        endReason = reason
        disarm()
        loop.runLater(self)
    }

    private func takeDown() {
        if pending.count > 0, let connection = handshake.connection { fence.note(connection) }
        connector?.cancel()
        connector = nil
        context?.close()
        context = nil
        tunnel?.close()
        tunnel = nil
        let hasNextAddress = connectedSince == .never && !candidates.isEmpty
        if !isClosed && !hasNextAddress { report(.down(reason: endReason)) }
        while let origin = pending.popFirst() {
            if case .command(let handler, let tag) = origin { handler.redisReplied(.unknown, tag: tag) }
        }
        // A handler may have closed the client just now.
        guard !isClosed else { return phase = .closed }
        if connectedSince.advanced(byMilliseconds: settings.longestRetryMilliseconds) <= loop.now { backoff.reset() }
        connectedSince = .never
        phase = .waiting
        if hasNextAddress { return connectNext(otherwise: endReason) }
        var random = SystemRandomNumberGenerator()
        arm(milliseconds: backoff.nextJittered(using: &random))
    }

    // MARK: The one timer

    func arm(milliseconds: Int) {
        disarm()
        timer = loop.schedule(afterMilliseconds: milliseconds, self)
    }

    func disarm() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }
}

extension RedisClient: DeferredTask {
    package func runDeferred() {
        isKeptAwake = false
        if phase == .ending { takeDown() }
    }
}

extension RedisClient: FlushHook {
    package func flush() {
        lastFlush = loop.now
        if let context, context.flush() { tunnel?.flush() }
    }
}

extension RedisClient: TimerHandler {
    package func timerFired(_ timer: TimerID) {
        self.timer = nil
        switch phase {
        case .idle, .ending, .closed: break
        case .lookingUp:
            // It goes on; a second one would not be quicker.
            report(.down(reason: "look up \(endpoint.host): no answer yet"))
        case .connecting: connectTimedOut()
        case .greeting: giveUp(greetingTimeout)
        case .connected: checkHealth()
        case .waiting: beginAttempt()
        }
    }
}

// It stays on its loop's thread.
@available(*, unavailable)
extension RedisClient: Sendable {}
