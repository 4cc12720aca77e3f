import Cache
import Orders
import Reactor
import Store

/// Takes out of Redis what the database may not have any more, since all orders were deleted there.
///
/// These keys go (``RedisKey``): pending orders with a time to live, which were applied; what was read of orders; the
/// leases of reads and the locks of changes, so that what these were told of an order before is not kept and not shown;
/// what is known of requests with an Idempotency-Key that were done before.
///
/// Pending orders without a time to live stay. But an order that is older than the reset and was pending at the first
/// pass already is a leftover by the second: what was in the queue has been applied in between, and its worker died
/// before it could tell. And changes of orders older than the reset that are pending by then are changes of orders that
/// are gone.
struct RedisSweep: ~Copyable {
    /// How many keys Redis looks at in one step, which takes some 300 microseconds.
    private static let keysPerStep: UInt64 = 500
    /// How many leftovers are remembered. There are none unless something broke.
    private static let maxSuspects = 1_000_000

    private let redis: RedisConversation
    private let start: UInt64
    private var command = RedisCommand()
    /// Orders that were pending at the first pass and are older than the reset.
    private var suspects: Set<UUID>
    private let isSecond: Bool
    private var gone: [[UInt8]] = []
    private var orders: [(key: [UInt8], id: UUID?)] = []
    private var claims: [[UInt8]] = []

    /// The first pass, of a reset that began at `start`, in milliseconds since 1970.
    static func first(_ redis: RedisConversation, start: UInt64) throws(AdminFailure) -> Set<UUID> {
        var sweep = RedisSweep(redis, start, suspects: [], isSecond: false)
        try sweep.run()
        return sweep.suspects
    }

    static func second(_ redis: RedisConversation, start: UInt64, suspects: Set<UUID>) throws(AdminFailure) {
        var sweep = RedisSweep(redis, start, suspects: suspects, isSecond: true)
        try sweep.run()
    }

    private init(_ redis: RedisConversation, _ start: UInt64, suspects: Set<UUID>, isSecond: Bool) {
        self.redis = redis
        self.start = start
        self.suspects = suspects
        self.isSecond = isSecond
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
            try deleteGone()
            try forgetOrders()
            try forgetClaims()
        } while cursor != Array("0".utf8)
    }

    private mutating func sort(_ key: [UInt8]) {
        if let id = Self.id(of: key, behind: .pending) {
            orders.append((key, id))
        } else if let id = Self.id(of: key, behind: .lock) {
            // Nothing is wrong with a change of an order that was made since the reset began: its lock stays.
            if isOld(id) { gone.append(key) }
        } else if Self.has(key, .claim) {
            claims.append(key)
        } else if Self.has(key, .early) || Self.has(key, .detail) || Self.has(key, .lease) {
            gone.append(key)
        }
    }

    private static func has(_ key: [UInt8], _ prefix: RedisKey.Prefix) -> Bool {
        key.withUnsafeBytes { $0.hasBytes(prefix.text, at: 0) }
    }

    private static func id(of key: [UInt8], behind prefix: RedisKey.Prefix) -> UUID? {
        guard has(key, prefix) else { return nil }
        return key.withUnsafeBytes {
            UUID(text: UnsafeRawBufferPointer(rebasing: $0[prefix.text.utf8CodeUnitCount...]))
        }
    }

    /// An id without a time is of an order that was taken over.
    private func isOld(_ id: UUID) -> Bool { id.millisecondsSince1970.map { $0 < start } ?? true }

    private mutating func deleteGone() throws(AdminFailure) {
        guard !gone.isEmpty else { return }
        command.removeAll()
        command.append("DEL")
        for key in gone { key.withUnsafeBytes { command.append($0) } }
        gone.removeAll(keepingCapacity: true)
        _ = try redis.ask(command)
    }

    private mutating func forgetOrders() throws(AdminFailure) {
        guard !orders.isEmpty else { return }
        command.begin(.forget, keys: orders.count)
        for order in orders { order.key.withUnsafeBytes { command.append($0) } }
        command.beginArgument()
        for order in orders { command.appendPiece(byte: letter(order.id)) }
        command.endArgument()
        let kept = try redis.ask(.forget, command).elements
        for case .integer(let number) in kept where !isSecond && suspects.count < Self.maxSuspects {
            guard number > 0, Int(number) <= orders.count, let id = orders[Int(number) - 1].id, isOld(id) else {
                continue
            }
            suspects.insert(id)
        }
        orders.removeAll(keepingCapacity: true)
    }

    private mutating func forgetClaims() throws(AdminFailure) {
        guard !claims.isEmpty else { return }
        command.begin(.forgetClaims, keys: claims.count)
        for key in claims { key.withUnsafeBytes { command.append($0) } }
        command.append(decimal: start)
        claims.removeAll(keepingCapacity: true)
        _ = try redis.ask(.forgetClaims, command)
    }

    /// See ``CacheScript/forget``.
    private func letter(_ id: UUID?) -> UInt8 {
        guard isSecond, let id, isOld(id) else { return UInt8(ascii: "p") }
        return suspects.contains(id) ? UInt8(ascii: "a") : UInt8(ascii: "c")
    }
}
