import Glibc
import TestServers

@testable import Reactor

/// A reply, kept.
indirect enum KeptReply: Equatable, Sendable {
    case unknown
    case null
    case status(String)
    case error(String)
    case integer(Int64)
    case string(String)
    case array([KeptReply])

    init(_ reply: borrowing RedisReply) {
        switch reply.kind {
        case .unknown: self = .unknown
        case .null: self = .null
        case .status: self = .status(reply.text)
        case .error: self = .error(reply.text)
        case .integer: self = .integer(reply.integer)
        case .string: self = .string(reply.text)
        case .array: self = .array((0..<reply.count).map { KeptReply(reply[$0]) })
        }
    }
}

/// Remembers what it is told, in order.
final class ReplyRecorder: RedisReplyHandler {
    private(set) var replies: [KeptReply] = []
    private(set) var tags: [UInt64] = []
    var onReply: (KeptReply, UInt64) -> Void = { _, _ in }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        let kept = KeptReply(reply)
        replies.append(kept)
        tags.append(tag)
        onReply(kept, tag)
    }
}

/// What an observer was told, without the identity.
enum KeptState: Equatable {
    case connected
    case down(reason: String)
}

final class StateRecorder: RedisObserver {
    private(set) var states: [KeptState] = []
    /// One for each time it was connected.
    private(set) var identities: [RedisIdentity] = []
    var onChange: (RedisState) -> Void = { _ in }

    func redisStateChanged(_ state: RedisState) {
        switch state {
        case .connected(let identity):
            states.append(.connected)
            identities.append(identity)
        case .down(let reason): states.append(.down(reason: reason))
        }
        onChange(state)
    }

    var lastReason: String? {
        if case .down(let reason) = states.last { reason } else { nil }
    }
}

/// A client on a loop that the test turns.
final class RedisHarness {
    let loop: EventLoop
    let client: RedisClient
    let observer = StateRecorder()
    let recorder = ReplyRecorder()

    /// Time limits are so long that a slow machine doesn't meet them, unless `configure` sets others.
    init(
        _ endpoint: RedisEndpoint, fence: RedisFence = RedisFence(), clock: ManualClock? = nil,
        _ configure: (inout RedisSettings) -> Void = { _ in }
    ) throws {
        var settings = RedisSettings()
        settings.connectMilliseconds = 20_000
        settings.tlsConnectMilliseconds = 20_000
        settings.commandMilliseconds = 20_000
        settings.idleMilliseconds = 20_000
        settings.pingMilliseconds = 20_000
        settings.roleMilliseconds = 20_000
        configure(&settings)
        loop = if let clock { try EventLoop(clock: { clock.now }) } else { try EventLoop() }
        client = try RedisClient(loop: loop, endpoint: endpoint, settings: settings, fence: fence, observer: observer)
    }

    /// Starts, and turns until it is connected.
    static func connected(
        to server: RedisServer, fence: RedisFence = RedisFence(), clock: ManualClock? = nil,
        _ configure: (inout RedisSettings) -> Void = { _ in }
    ) throws -> RedisHarness {
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
        let harness = try RedisHarness(endpoint, fence: fence, clock: clock, configure)
        harness.client.start()
        precondition(harness.turn { harness.client.isConnected }, "\(harness.observer.states)")
        return harness
    }

    /// Turns until `condition` holds; false when it doesn't within `seconds`.
    func turn(within seconds: Double = 20, until condition: () -> Bool) -> Bool {
        let deadline = Timeout(seconds: seconds)
        while !condition() {
            if deadline.hasPassed { return false }
            loop.turn(longestWaitMilliseconds: 20)
        }
        return true
    }

    @discardableResult
    func send(_ words: [String], tag: UInt64 = 0) -> Bool {
        var command = RedisCommand()
        for word in words { command.append(string: word) }
        return client.send(command, handler: recorder, tag: tag)
    }

    /// The reply to one command, after those of all before it.
    func ask(_ words: String...) -> KeptReply? {
        let before = recorder.replies.count
        guard send(words), turn(until: { recorder.replies.count > before }) else { return nil }
        return recorder.replies.last
    }

    /// Closes, so that no descriptor stays open.
    func end() {
        client.close()
        loop.turn(longestWaitMilliseconds: 0)
    }
}
