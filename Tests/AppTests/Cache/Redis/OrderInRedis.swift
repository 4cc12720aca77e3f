import TestServers

@testable import Cache
@testable import Orders

/// The keys of one order in a Redis of a test's own, changed by the scripts as instances and workers do. A state of the
/// order is called by a number, which stands for its version; 0 is the order as it was created. Its JSON is the number.
struct OrderInRedis {
    static let lifeMilliseconds = 60_000

    let redis: RedisServer
    let id = testID(1)

    init() throws { redis = try RedisServer() }

    var pending: String { "temp_order:\(id)" }
    var version: String { "{\(pending)}:version" }
    var lock: String { "{\(pending)}:lock" }
    var detail: String { "orders:detail:\(id)" }
    var detailVersion: String { "orders:version:{\(detail)}" }

    /// The version of the state with this number, as the scripts take it.
    static func hex(_ number: Int) -> String {
        let number = OrderVersion(ofCreation: testID(1)).number + UInt64(number) << 16
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @discardableResult
    func run(_ script: CacheScript, _ keys: [String], _ arguments: [String]) throws -> String {
        try redis.ask(["EVAL", script.source, "\(keys.count)"] + keys + arguments)
    }

    // MARK: A loop

    /// What an instance does that takes a new order.
    func create() throws { _ = try redis.ask("MSET", pending, "0") }

    func begin(_ token: String = "1") throws -> [String] {
        try run(.beginWrite, [lock, pending, version], [token, "10000"])
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @discardableResult
    func show(_ number: Int, _ letter: Character = "u", token: String = "1", ttl: Int = 60) throws -> Bool {
        try run(.show, [lock, pending, version], [token, "\(Self.hex(number))\(letter)", "\(number)", "\(ttl)"]) == "1"
    }

    func fill(_ number: Int, ttl: Int = 30) throws -> Bool {
        try run(
            .fill, [detail, detailVersion],
            [Self.hex(number), "\(number)", "\(ttl)", "\(1_000 * ttl + Self.lifeMilliseconds)"]) == "1"
    }

    // MARK: A worker

    func created(ttl: Int = 60) throws { try run(.created, [pending], ["\(ttl)"]) }

    /// Returns whether something newer is pending.
    @discardableResult
    func settled(_ number: Int, isShown: Bool = true, ttl: Int = 60) throws -> Bool {
        let words = ["\(ttl)", "\(Self.lifeMilliseconds)", "\(id)", Self.hex(number), isShown ? "1" : "0"]
        return try run(.settled, [], words) == "1"
    }

    func outdated(_ number: Int) throws {
        try run(.outdated, [], ["\(Self.lifeMilliseconds)", "\(id)", Self.hex(number)])
    }

    // MARK: What is there

    func value(_ key: String) throws -> String { try redis.ask("GET", key) }

    func isThere(_ keys: String...) throws -> Bool { try redis.ask(["EXISTS"] + keys) != "0" }

    /// nil for ever, 0 when it isn't there.
    func secondsLeft(_ key: String) throws -> Int? {
        let seconds = Int(try redis.ask("TTL", key)) ?? 0
        return seconds == -1 ? nil : max(0, seconds)
    }

    /// The pending order and its version have this state, and stay until they are told that it is over.
    func isPending(_ number: Int, _ letter: Character = "u") throws -> Bool {
        try value(pending) == "\(number)" && value(version) == "\(Self.hex(number))\(letter)"
            && secondsLeft(pending) == nil && secondsLeft(version) == nil
    }

    /// The order is shown with this state for its TTL of 60 seconds. Its version, other than that of a creation, which
    /// needs none, stays longer.
    func isApplied(_ number: Int) throws -> Bool {
        guard try value(pending) == "\(number)", (50...60).contains(try secondsLeft(pending) ?? 0) else { return false }
        if number == 0 { return try !isThere(version) }
        return try value(version) == "\(Self.hex(number))a" && (110...120).contains(secondsLeft(version) ?? 0)
    }

    /// Nothing is shown of the order, and nothing older than this can be for a while.
    func isOver(_ number: Int, _ letter: Character = "o") throws -> Bool {
        try !isThere(pending) && value(version) == "\(Self.hex(number))\(letter)"
            && (50...120).contains(secondsLeft(version) ?? 0)
    }
}
