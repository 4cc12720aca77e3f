import CHiredis
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A client as Swift's Redis packages have it: one connection on an event loop, on which everybody's commands follow
/// one another without waiting. hiredis parses the answers.
final class Redis: Sendable {
    enum Value: Sendable {
        case nothing
        case integer(Int64)
        case text(ByteBuffer)
    }

    struct Word: ExpressibleByStringInterpolation, Sendable {
        let bytes: ByteBuffer

        init(_ bytes: ByteBuffer) {
            self.bytes = bytes
        }

        init(stringLiteral text: String) {
            bytes = ByteBuffer(string: text)
        }
    }

    struct Failure: Error {
        let reason: String
    }

    private let host: String, port: Int
    private let connection = NIOLockedValueBox<(any Channel)?>(nil)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    @discardableResult
    func send(_ words: Word...) async throws -> Value {
        let channel = try await connected()
        let answer = channel.eventLoop.makePromise(of: Value.self)
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascadeFailure(to: answer)
        channel.writeAndFlush(Command(words: words, answer: answer), promise: written)
        return try await answer.futureResult.get()
    }

    private func connected() async throws -> any Channel {
        if let channel = connection.withLockedValue({ $0 }), channel.isActive { return channel }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(RedisHandler()) }
            }
            .connect(host: host, port: port).get()
        let replaced = connection.withLockedValue { connection in
            defer { connection = channel }
            return connection
        }
        replaced?.close(promise: nil)
        return channel
    }
}

private struct Command: Sendable {
    let words: [Redis.Word]
    let answer: EventLoopPromise<Redis.Value>

    func encoded(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: words.reduce(16) { $0 + $1.bytes.readableBytes + 16 })
        buffer.writeString("*\(words.count)\r\n")
        for word in words {
            buffer.writeString("$\(word.bytes.readableBytes)\r\n")
            buffer.writeImmutableBuffer(word.bytes)
            buffer.writeString("\r\n")
        }
        return buffer
    }
}

private final class RedisHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Command
    typealias OutboundOut = ByteBuffer

    private let reader = redisReaderCreate()
    private var waiting = CircularBuffer<EventLoopPromise<Redis.Value>>()

    deinit {
        redisReaderFree(reader)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let command = unwrapOutboundIn(data)
        waiting.append(command.answer)
        context.write(wrapOutboundOut(command.encoded(context.channel.allocator)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            _ = redisReaderFeed(reader, bytes.baseAddress, bytes.count)
        }
        var reply: UnsafeMutableRawPointer?
        while redisReaderGetReply(reader, &reply) == REDIS_OK {
            guard let read = reply?.assumingMemoryBound(to: redisReply.self) else { return }
            waiting.popFirst()?.completeWith(result(read.pointee))
            freeReplyObject(read)
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        while let answer = waiting.popFirst() {
            answer.fail(Redis.Failure(reason: "the connection to Redis was lost"))
        }
        context.fireChannelInactive()
    }

    private func result(_ reply: redisReply) -> Result<Redis.Value, any Error> {
        let text = ByteBuffer(bytes: UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len))
        return switch reply.type {
        case REDIS_REPLY_ERROR: .failure(Redis.Failure(reason: String(buffer: text)))
        case REDIS_REPLY_INTEGER: .success(.integer(reply.integer))
        case REDIS_REPLY_NIL: .success(.nothing)
        default: .success(.text(text))
        }
    }
}
