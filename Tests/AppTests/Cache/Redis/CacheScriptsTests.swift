import Logging
import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Orders
@testable import Store

/// One order's keys in a Redis of the test's own, changed by the scripts as instances and workers do.
@Suite struct CacheScriptsTests {
    private let redis: RedisServer
    private let id = testID(1)

    init() throws { redis = try RedisServer() }

    @discardableResult
    private func run(_ script: CacheScript, _ keys: [String], _ arguments: [String]) throws -> String {
        try redis.ask(["EVAL", script.source, "\(keys.count)"] + keys + arguments)
    }

    private var pending: String { "temp_order:\(id)" }
    private let marks = "temp_jobs"
    private var lock: String { "temp_lock:\(id)" }
    private var early: String { "temp_early:\(id)" }
    private var detail: String { "orders:detail:\(id)" }
    private var lease: String { "orders:lease:\(id)" }

    @discardableResult
    private func begin(_ token: String = "1") throws -> [String] {
        try run(.beginWrite, [lock, pending, detail, marks], [token, "10000", "\(id)"]).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }

    @discardableResult
    private func finish(_ mark: String, _ order: String, token: String = "1", ttl: Int = 60) throws -> String {
        try run(.finishWrite, [lock, early, pending, marks], [token, mark, order, "\(ttl)", "\(id)"])
    }

    private func apply(_ what: String, _ job: Int, ttl: Int = 60) throws {
        if what == "c" {
            try run(.created, [pending], ["\(ttl)"])
        } else {
            try run(.applied, [], ["\(ttl)", what, "\(id)", "\(testID(job))"])
        }
    }

    private func create(_ order: String = "created") throws { _ = try redis.ask("MSET", pending, order) }

    private func update(_ job: Int, _ order: String) throws {
        try begin()
        try finish("u\(testID(job))", order)
    }

    /// The pending order, and how long it stays: nil for ever, 0 when there is none.
    private func shown() throws -> (order: String, seconds: Int?) {
        let seconds = Int(try redis.ask("TTL", pending)) ?? 0
        return (try redis.ask("GET", pending), seconds == -1 ? nil : max(0, seconds))
    }

    private func isShown(_ order: String, forEver: Bool) throws -> Bool {
        let (shown, seconds) = try shown()
        return shown == order && (forEver ? seconds == nil : (50...60).contains(seconds ?? 0))
    }

    @Test("A new order stays until it is applied, and its time more")
    func newOrder() throws {
        try create()
        #expect(try isShown("created", forEver: true))
        try apply("c", 1)
        #expect(try isShown("created", forEver: false))
    }

    @Test("While a later write is pending, the application of an earlier one ends nothing")
    func laterWrite() throws {
        try create()
        try update(2, "two")
        try update(3, "three")
        try apply("c", 1)
        try apply("u", 2)
        #expect(try isShown("three", forEver: true))
        try apply("u", 3)
        #expect(try isShown("three", forEver: false))
        #expect(try redis.ask("EXISTS", marks, lock, early) == "0")
    }

    @Test("A delete shows the order as being deleted until it is applied, and then nothing")
    func deleted() throws {
        try create()
        try begin()
        try finish("d\(testID(2))", "deleting")
        #expect(try isShown("deleting", forEver: true))
        _ = try redis.ask("MSET", detail, "old", lease, "5")
        try apply("x", 2)
        #expect(try redis.ask("KEYS", "*") == "")
    }

    @Test("A write that is applied before its instance could show it is shown with its time, not for ever")
    func appliedEarly() throws {
        try begin()
        try apply("u", 2)
        try finish("u\(testID(2))", "two")
        #expect(try isShown("two", forEver: false))
        #expect(try redis.ask("EXISTS", marks, lock, early) == "0")
    }

    @Test("A delete that is applied before its instance could show it leaves nothing")
    func earlyDelete() throws {
        try create()
        try begin()
        try apply("x", 2)
        try finish("d\(testID(2))", "deleting")
        #expect(try redis.ask("KEYS", "*") == "")
    }

    @Test("The early application of an older write doesn't make the one under way look applied")
    func earlyOther() throws {
        try update(2, "two")
        try begin()
        try apply("u", 2)
        try finish("u\(testID(3))", "three")
        #expect(try isShown("three", forEver: true))
        try apply("u", 3)
        #expect(try isShown("three", forEver: false))
    }

    @Test("One writer at a time; a writer whose lock was lost shows nothing")
    func oneWriter() throws {
        try create()
        // The empty answers behind it are cut off.
        #expect(try begin("1") == ["created"])
        #expect(try begin("2") == ["0"])
        _ = try redis.ask("DEL", lock)
        try begin("2")
        #expect(try finish("u\(testID(2))", "lost", token: "1") == "0")
        #expect(try isShown("created", forEver: true))
        #expect(try run(.endWrite, [lock], ["1"]) == "0")
        #expect(try begin("3") == ["0"])
        #expect(try run(.endWrite, [lock], ["2"]) == "1")
        #expect(try begin("3") == ["created"])
    }

    @Test(
        "A write without effect, or that nothing is known of, leaves the order to the database",
        arguments: ["x", "u", "r"])
    func unknownWrite(what: String) throws {
        try create()
        try apply("c", 1)
        try apply(what, 9)
        #expect(try redis.ask("EXISTS", pending) == "0")
    }

    @Test("After a write without effect nothing of the order is pending any more, and no change of it is shown")
    func withoutEffect() throws {
        try create()
        try update(2, "two")
        _ = try redis.ask("MSET", detail, "old", lease, "5")
        try begin()
        try apply("x", 1)
        #expect(try finish("u\(testID(3))", "three") == "0")
        #expect(try redis.ask("KEYS", "*") == "")
    }

    @Test("A change that the database refused leaves later ones as they are")
    func refusedChange() throws {
        try create()
        try update(2, "two")
        try update(3, "three")
        try apply("r", 2)
        #expect(try isShown("three", forEver: true))
        try apply("r", 3)
        #expect(try redis.ask("EXISTS", pending, marks) == "0")
    }

    @Test("A new order that is not created is taken back, unless a later write shows it")
    func notCreated() throws {
        try create()
        try apply("n", 1)
        #expect(try redis.ask("EXISTS", pending) == "0")
        try update(2, "two")
        try apply("n", 1)
        #expect(try isShown("two", forEver: true))
    }

    @Test("With a time of 0 an applied write is gone at once")
    func noTime() throws {
        try create()
        try apply("c", 1, ttl: 0)
        #expect(try redis.ask("EXISTS", pending) == "0")
        try begin()
        try apply("u", 2, ttl: 0)
        try finish("u\(testID(2))", "two", ttl: 0)
        #expect(try redis.ask("KEYS", "*") == "")
    }

    @Test("What was read is kept only while its lease is there, which every applied write takes away")
    func fill() throws {
        for _ in 0..<2 {
            _ = try redis.ask("SET", lease, "5", "NX", "PX", "10000")
            #expect(try run(.fill, [lease, detail], ["5", "read", "30"]) == "1")
            #expect(try redis.ask("GET", detail) == "read")
            #expect(try redis.ask("EXISTS", lease) == "0")
        }
        _ = try redis.ask("SET", lease, "6", "NX", "PX", "10000")
        try apply("u", 2)
        #expect(try redis.ask("EXISTS", detail) == "0")
        #expect(try run(.fill, [lease, detail], ["6", "old", "30"]) == "0")
        #expect(try redis.ask("EXISTS", detail) == "0")
        // Somebody else's lease.
        _ = try redis.ask("SET", lease, "7", "NX", "PX", "10000")
        #expect(try run(.fill, [lease, detail], ["6", "old", "30"]) == "0")
        #expect(try run(.fill, [lease, detail], ["7", "", "0"]) == "1")
        #expect(try redis.ask("EXISTS", detail, lease) == "0")
    }

    @Test("A page is asked for under the current version")
    func list() throws {
        #expect(try run(.list, ["orders:list:version"], [""]) == "0")
        _ = try redis.ask("INCR", "orders:list:version")
        _ = try redis.ask("MSET", "orders:list:1", "page", "orders:list:1:5::new", "other")
        #expect(try run(.list, ["orders:list:version"], [""]) == "1\npage")
        #expect(try run(.list, ["orders:list:version"], [":5::new"]) == "1\nother")
    }

    /// What becomes of an order in ``mixed()``.
    private enum Fate: Int, CaseIterable {
        case created, updated, deleted, changedLater, refused, changeRefused

        /// Besides its creation, within the same request.
        var otherWrite: (kind: JobKind, outcome: WriteOutcome)? {
            switch self {
            case .created, .changedLater, .refused: nil
            case .updated: (.updateOrderStatus, .applied)
            case .deleted: (.deleteOrder, .applied)
            case .changeRefused: (.updateOrderStatus, .rejected)
            }
        }

        /// The mark of the newest write that is pending.
        func mark(_ order: Int) -> String? {
            switch self {
            case .created, .refused: nil
            case .updated, .changeRefused: "u\(testID(2_000 + order))"
            case .deleted: "d\(testID(2_000 + order))"
            case .changedLater: "u\(testID(3_000 + order))"
            }
        }

        /// -1 is for ever, -2 not there.
        var secondsLeft: ClosedRange<Int> {
            switch self {
            case .created, .updated: 50...60
            case .changedLater: -1...(-1)
            case .deleted, .refused, .changeRefused: -2...(-2)
            }
        }
    }

    @Test(
        "A request may mix creations with other writes of the same orders and of others, in more steps than one",
        arguments: [6, 90, 300, 600])
    func mixed(count: Int) throws {
        let log = CapturedLog()
        let health = Health(logger: log.logger)
        let keeper = try CacheUpdater(
            endpoint: RedisEndpoint(host: "127.0.0.1", port: redis.port), fence: RedisFence(), ttlSeconds: 60,
            reporter: health.reporter(for: .cache), logger: log.logger)
        defer { keeper.stop() }
        // It is connected when something that it was told is there.
        #expect(
            try eventually { () throws in
                keeper.repair([], listChanged: true)
                return try redis.ask("GET", "orders:list:version") != ""
            })
        let before = try #require(Int(try redis.ask("GET", "orders:list:version")))
        let orders = (1...count).map { (number: $0, fate: Fate.allCases[$0 % Fate.allCases.count]) }
        _ = try redis.ask(["MSET"] + orders.flatMap { ["temp_order:\(testID($0.number))", "shown"] })
        let marked = orders.flatMap { number, fate in fate.mark(number).map { ["\(testID(number))", $0] } ?? [] }
        _ = try redis.ask(["HSET", marks] + marked)
        // The second write to an order comes some 50 creations behind its own: in the same step, or in the next one.
        var writes: [AppliedWrite] = []
        for position in 1...(count + 50) {
            if position <= count {
                writes.append(
                    AppliedWrite(
                        kind: .createOrder, jobID: testID(1_000 + position), orderID: testID(position),
                        outcome: orders[position - 1].fate == .refused ? .rejected : .applied))
            }
            let earlier = position - 50
            if earlier > 0, let (kind, outcome) = orders[earlier - 1].fate.otherWrite {
                writes.append(
                    AppliedWrite(
                        kind: kind, jobID: testID(2_000 + earlier), orderID: testID(earlier), outcome: outcome))
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
        let kept = orders.filter { $0.fate == .changedLater }.map { "\(testID($0.number))" }
        #expect(try redis.ask("HKEYS", marks).split(separator: "\n").map(String.init).sorted() == kept.sorted())
        #expect(try redis.ask("GET", "orders:list:version") == "\(before + 1)")
        #expect(health.failures.isEmpty)
    }

    @Test("The keeper tells Redis what was applied, and after an outage what it couldn't tell")
    func keeper() throws {
        let log = CapturedLog()
        let health = Health(logger: log.logger)
        let keeper = try CacheUpdater(
            endpoint: RedisEndpoint(host: "127.0.0.1", port: redis.port), fence: RedisFence(), ttlSeconds: 60,
            reporter: health.reporter(for: .cache), logger: log.logger)
        defer { keeper.stop() }
        func applied(_ count: Int) -> [AppliedWrite] {
            (0..<count).map { number in
                AppliedWrite(
                    kind: .createOrder, jobID: testID(number), orderID: testID(number + 1), outcome: .applied)
            }
        }
        try create()
        #expect(
            try eventually { () throws in
                keeper.repair(applied(300), listChanged: true)
                return try isShown("created", forEver: false)
            })
        #expect(try Int(redis.ask("GET", "orders:list:version")) ?? 0 > 0)
        redis.kill()
        #expect(eventually { !health.failures.isEmpty })
        // Nobody waits for what isn't there.
        keeper.repair(applied(300), listChanged: true)
        try redis.start()
        // Redis is empty now; the order comes from a slow instance.
        try create()
        let isRepaired = try eventually { () throws in
            try health.failures.isEmpty && redis.ask("GET", "orders:list:version") == "1"
        }
        #expect(isRepaired)
        keeper.repair(applied(1), listChanged: false)
        #expect(try isShown("created", forEver: false))
    }
}
