import Logging
import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Orders
@testable import Store

/// The cache keeper with a Redis of the test's own.
@Suite struct CacheUpdaterTests {
    private let redis: RedisServer
    private let health: Health
    private let keeper: CacheUpdater

    init() throws {
        redis = try RedisServer()
        let log = CapturedLog()
        health = Health(logger: log.logger)
        keeper = try CacheUpdater(
            endpoint: RedisEndpoint(host: "127.0.0.1", port: redis.port), fence: RedisFence(), ttlSeconds: 60,
            reporter: health.reporter(for: .cache), logger: log.logger)
    }

    /// When it is connected something that it was told is there.
    private func connect() throws {
        #expect(
            try eventually { () throws in
                keeper.repair([], listChanged: true)
                return try redis.ask("GET", "orders:list:version") != ""
            })
    }

    private func created(_ number: Int) -> AppliedWrite {
        let id = testID(number)
        return .settled(SettledWrite(orderID: id, version: OrderVersion(ofCreation: id), isShown: true))
    }

    private func version(_ number: Int) -> OrderVersion {
        OrderVersion(number: OrderVersion(ofCreation: testID(1)).number + UInt64(number) << 16)
    }

    /// What becomes of an order in ``mixed()``, besides its creation and within the same request.
    private enum Fate: Int, CaseIterable {
        case created, updated, deleted, changedLater, refused, changeRefused, changedByOld

        /// What is pending of it: the version's letter.
        var letter: String? {
            switch self {
            case .created, .refused, .changedByOld: nil
            case .updated, .changedLater, .changeRefused: "u"
            case .deleted: "d"
            }
        }

        /// -1 is for ever, -2 not there.
        var secondsLeft: ClosedRange<Int> {
            switch self {
            case .created, .updated, .changedByOld: 50...60
            case .changedLater: -1...(-1)
            case .deleted, .refused, .changeRefused: -2...(-2)
            }
        }
    }

    private func writes(of number: Int, _ fate: Fate) -> (first: AppliedWrite, second: AppliedWrite?) {
        let id = testID(number)
        let settled = { AppliedWrite.settled(SettledWrite(orderID: id, version: version(1), isShown: $0)) }
        return switch fate {
        case .created, .changedLater: (created(number), nil)
        case .refused:
            (.settled(SettledWrite(orderID: id, version: OrderVersion(ofCreation: id), isShown: false)), nil)
        case .updated: (created(number), settled(true))
        case .deleted, .changeRefused: (created(number), settled(false))
        case .changedByOld:
            (
                created(number),
                .unversioned(
                    UnversionedWrite(
                        orderID: id, jobID: testID(2_000 + number), version: version(1), outcome: .updated))
            )
        }
    }

    @Test(
        "A request may mix creations with other writes of the same orders and of others, in more steps than one",
        arguments: [7, 90, 300, 600])
    func mixed(count: Int) throws {
        defer { keeper.stop() }
        try connect()
        let before = try #require(Int(try redis.ask("GET", "orders:list:version")))
        let orders = (1...count).map { (number: $0, fate: Fate.allCases[$0 % Fate.allCases.count]) }
        _ = try redis.ask(["MSET"] + orders.flatMap { ["temp_order:\(testID($0.number))", "shown"] })
        for (number, fate) in orders {
            if let letter = fate.letter {
                let value = OrderInRedis.hex(fate == .changedLater ? 2 : 1) + letter
                _ = try redis.ask("SET", "{temp_order:\(testID(number))}:version", value)
            } else if fate == .changedByOld {
                _ = try redis.ask("HSET", "temp_jobs", "\(testID(number))", "u\(testID(2_000 + number))")
            }
        }
        // The second write to an order comes some 50 creations behind its own: in the same step, or in the next one.
        var writes: [AppliedWrite] = []
        for position in 1...(count + 50) {
            if position <= count { writes.append(self.writes(of: position, orders[position - 1].fate).first) }
            let earlier = position - 50
            if earlier > 0, let second = self.writes(of: earlier, orders[earlier - 1].fate).second {
                writes.append(second)
            }
        }
        keeper.repair(writes, listChanged: true)
        // At once, all of it.
        let seconds = try redis.ask(
            ["EVAL", "local t = {} for i, k in ipairs(KEYS) do t[i] = redis.call('TTL', k) end return t", "\(count)"]
                + orders.map { "temp_order:\(testID($0.number))" }
        ).split(separator: "\n").compactMap { Int($0) }
        try #require(seconds.count == count)
        for (order, left) in zip(orders, seconds) {
            #expect(order.fate.secondsLeft.contains(left), "\(order.fate) order \(order.number): \(left)")
        }
        #expect(try redis.ask("EXISTS", "temp_jobs") == "0")
        #expect(try redis.ask("GET", "orders:list:version") == "\(before + 1)")
        #expect(health.failures.isEmpty)
    }

    @Test("What was read of an order goes when a change of it is applied, and an older state is not kept afterwards")
    func outdated() throws {
        defer { keeper.stop() }
        try connect()
        let (detail, known) = ("orders:detail:\(testID(1))", "orders:version:{orders:detail:\(testID(1))}")
        for write in [
            .settled(SettledWrite(orderID: testID(1), version: version(1), isShown: true)),
            .unversioned(
                UnversionedWrite(orderID: testID(1), jobID: testID(9), version: version(2), outcome: .updated)),
        ] as [AppliedWrite] {
            _ = try redis.ask("SET", detail, "read")
            keeper.repair([write], listChanged: false)
            #expect(try redis.ask("EXISTS", detail) == "0")
        }
        #expect(try redis.ask("GET", known) == OrderInRedis.hex(2))
    }

    @Test("The keeper tells Redis what was applied, and after an outage what it couldn't tell")
    func outage() throws {
        defer { keeper.stop() }
        let pending = "temp_order:\(testID(1))"
        func isApplied() throws -> Bool { (50...60).contains(Int(try redis.ask("TTL", pending)) ?? 0) }
        let writes = (1...300).map(created)
        _ = try redis.ask("SET", pending, "created")
        try connect()
        keeper.repair(writes, listChanged: true)
        #expect(try isApplied())
        redis.kill()
        #expect(eventually { !health.failures.isEmpty })
        // Nobody waits for what isn't there.
        keeper.repair(writes, listChanged: true)
        try redis.start()
        // Redis is empty now; the order comes from a slow instance.
        _ = try redis.ask("SET", pending, "created")
        let isRepaired = try eventually { () throws in
            try health.failures.isEmpty && redis.ask("GET", "orders:list:version") == "1"
        }
        #expect(isRepaired)
        keeper.repair([created(1)], listChanged: false)
        #expect(try isApplied())
    }
}
