import Cache
import Orders
import Reactor

/// Takes out of Redis what the database doesn't have any more, since all orders were deleted there that were created up
/// to a version.
///
/// Nobody shows these orders from the moment on at which Redis has the version (``RedisKey/reset``): so this only gives
/// memory back. But what is known of requests with an Idempotency-Key that were done before goes here.
struct RedisSweep: ~Copyable {
    /// How many keys Redis looks at in one step, which takes some 300 microseconds.
    private static let keysPerStep: UInt64 = 500

    private let redis: RedisConversation
    private let reset: OrderVersion
    private var command = RedisCommand()
    private var read: [[UInt8]] = []
    private var pending: [[UInt8]] = []
    private var claims: [[UInt8]] = []

    static func run(_ redis: RedisConversation, upTo reset: OrderVersion) throws(AdminFailure) {
        var sweep = RedisSweep(redis, reset)
        try sweep.run()
    }

    private init(_ redis: RedisConversation, _ reset: OrderVersion) {
        self.redis = redis
        self.reset = reset
    }

    private mutating func run() throws(AdminFailure) {
        var cursor: [UInt8] = Array("0".utf8)
        repeat {
            command.removeAll()
            command.append("SCAN")
            cursor.withUnsafeBytes { command.append($0) }
            command.append("COUNT")
            command.append(decimal: Self.keysPerStep)
            let answer = try redis.ask(command).elements
            guard answer.count == 2, case .text(let next) = answer[0] else {
                throw AdminFailure(reason: "Redis answered SCAN with something else")
            }
            cursor = next
            for case .text(let key) in answer[1].elements { sort(key) }
            try deleteRead()
            try forgetPending()
            try forgetClaims()
        } while cursor != Array("0".utf8)
    }

    private mutating func sort(_ key: [UInt8]) {
        if Self.has(key, .pending) {
            pending.append(key)
        } else if Self.has(key, .claim) {
            claims.append(key)
        } else if Self.has(key, .detail) {
            read.append(key)
        }
    }

    private static func has(_ key: [UInt8], _ prefix: RedisKey.Prefix) -> Bool {
        key.withUnsafeBytes { $0.hasBytes(prefix.text, at: 0) }
    }

    private mutating func deleteRead() throws(AdminFailure) {
        guard !read.isEmpty else { return }
        command.removeAll()
        command.append("DEL")
        for key in read { key.withUnsafeBytes { command.append($0) } }
        read.removeAll(keepingCapacity: true)
        _ = try redis.ask(command)
    }

    private mutating func forgetPending() throws(AdminFailure) {
        guard !pending.isEmpty else { return }
        command.begin(.forget, keys: pending.count)
        for key in pending { key.withUnsafeBytes { command.append($0) } }
        command.append(version: reset)
        pending.removeAll(keepingCapacity: true)
        _ = try redis.ask(.forget, command)
    }

    private mutating func forgetClaims() throws(AdminFailure) {
        guard !claims.isEmpty else { return }
        command.begin(.forgetClaims, keys: claims.count)
        for key in claims { key.withUnsafeBytes { command.append($0) } }
        command.append(decimal: reset.millisecondsSince1970 + 1)
        claims.removeAll(keepingCapacity: true)
        _ = try redis.ask(.forgetClaims, command)
    }
}
