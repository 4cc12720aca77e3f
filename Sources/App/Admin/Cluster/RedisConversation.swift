import Cache
import Reactor

/// A reply that outlives its call; for cold paths.
indirect enum RedisValue: Equatable, Sendable {
    case null
    case integer(Int64)
    /// A string or a status.
    case text([UInt8])
    case array([RedisValue])

    init(_ reply: borrowing RedisReply) {
        switch reply.kind {
        case .integer: self = .integer(reply.integer)
        case .string, .status: self = .text([UInt8](reply.bytes))
        case .array:
            var elements: [RedisValue] = []
            elements.reserveCapacity(reply.count)
            for index in 0..<reply.count { elements.append(RedisValue(reply[index])) }
            self = .array(elements)
        case .null, .unknown, .error: self = .null
        }
    }

    var elements: [RedisValue] { if case .array(let elements) = self { elements } else { [] } }
}

/// Redis for a thread that may block: one command after the other, each waited for.
///
/// A ``RedisClient`` on an event loop of its own, which turns only while somebody waits here. So TLS, the login and the
/// fence are the client's. A command is sent when the one before has its reply, so no reply needs a number.
final class RedisConversation: RedisReplyHandler {
    /// How long a command waits for a connection, which the client makes anew by itself when it is lost.
    private static let connectTimeoutMilliseconds = 2_000

    private let loop: EventLoop
    private let client: RedisClient
    private var outcome: Result<RedisValue, AdminFailure>?

    init(_ endpoint: RedisEndpoint, fence: RedisFence) throws(AdminFailure) {
        do {
            var settings = RedisSettings()
            settings.scripts = CacheScript.sources
            loop = try EventLoop()
            client = try RedisClient(loop: loop, endpoint: endpoint, settings: settings, fence: fence)
        } catch {
            throw AdminFailure(reason: "Redis: \(error)")
        }
        client.start()
    }

    /// The reply to `command`. When this throws the command may have run.
    func ask(_ command: borrowing RedisCommand) throws(AdminFailure) -> RedisValue {
        try connect()
        guard client.send(command, handler: self, tag: 0) else { throw AdminFailure(reason: "Redis takes no command") }
        return try waitForReply()
    }

    /// The reply to a script; `command` was begun for it and has its keys and its arguments.
    func ask(_ script: CacheScript, _ command: borrowing RedisCommand) throws(AdminFailure) -> RedisValue {
        try connect()
        guard client.send(script, command, handler: self, tag: 0) else {
            throw AdminFailure(reason: "Redis takes no command")
        }
        return try waitForReply()
    }

    /// Also where it is connected, it does what the connection needs meanwhile.
    func connect() throws(AdminFailure) {
        let deadline = Deadline.now().advanced(byMilliseconds: Self.connectTimeoutMilliseconds)
        loop.turn(longestWaitMilliseconds: 0)
        while !client.isConnected {
            guard Deadline.now() < deadline else { throw AdminFailure(reason: "Redis can't be reached") }
            loop.turn(longestWaitMilliseconds: 20)
        }
    }

    /// The client ends every command, at the latest when its time is over.
    private func waitForReply() throws(AdminFailure) -> RedisValue {
        outcome = nil
        while outcome == nil { loop.turn(longestWaitMilliseconds: 20) }
        guard let outcome else { preconditionFailure("the loop ended with an outcome") }
        return try outcome.get()
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        switch reply.kind {
        case .unknown: outcome = .failure(AdminFailure(reason: "Redis did not answer"))
        case .error: outcome = .failure(AdminFailure(reason: "Redis refused: \(reply.text)"))
        case .null, .status, .integer, .string, .array: outcome = .success(RedisValue(reply))
        }
    }

    /// The connection is taken down before the loop sleeps next.
    func close() {
        client.close()
        loop.turn(longestWaitMilliseconds: 0)
    }
}

@available(*, unavailable)
extension RedisConversation: Sendable {}
