import TestServers
import Testing

@testable import Cache
@testable import Orders

@Suite struct CacheScriptsTests {
    private let order: OrderInRedis
    private var redis: RedisServer { order.redis }

    init() throws { order = try OrderInRedis() }

    // MARK: What is pending

    @Test("A new order stays until it is applied, and its time more, and needs no version")
    func newOrder() throws {
        try order.create()
        #expect(try order.secondsLeft(order.pending) == nil)
        try order.created()
        #expect(try order.isApplied(0))
    }

    @Test("While a later write is pending, the application of an earlier one ends nothing, however often it is told")
    func laterWrite() throws {
        try order.create()
        try order.show(1)
        try order.show(2)
        for _ in 0..<2 {
            try order.created()
            #expect(try order.settled(1))
            #expect(try order.isPending(2))
        }
        #expect(try !order.settled(2))
        #expect(try order.isApplied(2))
        // The earlier ones once more.
        try order.created()
        #expect(try !order.settled(1) && !order.settled(1, isShown: false))
        #expect(try order.isApplied(2))
    }

    @Test("A delete shows the order as being deleted until it is applied, and then nothing")
    func deleted() throws {
        try order.create()
        try order.show(1, "d")
        #expect(try order.isPending(1, "d"))
        try order.settled(1, isShown: false)
        #expect(try order.isOver(1))
        // Older ones that come late.
        try order.created()
        try order.settled(0, isShown: false)
        #expect(try order.isOver(1))
    }

    @Test("An update that is applied before its instance could show it is shown with its time, not for ever")
    func appliedEarly() throws {
        try order.create()
        try order.settled(1)
        #expect(try order.isOver(1, "a"))
        #expect(try !order.show(1))
        #expect(try order.isApplied(1))
    }

    @Test("A delete that is applied before its instance could show it leaves nothing")
    func earlyDelete() throws {
        try order.create()
        try order.settled(1, isShown: false)
        #expect(try !order.show(1, "d"))
        #expect(try order.isOver(1))
    }

    @Test("An update that the database refused, or that an older one was found to be behind, is not shown afterwards")
    func refusedEarly() throws {
        try order.create()
        try order.settled(1, isShown: false)
        #expect(try !order.show(1))
        #expect(try order.isOver(1))
    }

    @Test("What the database refused leaves later writes as they are")
    func refused() throws {
        try order.create()
        try order.show(1)
        try order.show(2)
        #expect(try order.settled(1, isShown: false) && order.isPending(2))
        #expect(try !order.settled(2, isShown: false) && order.isOver(2))
    }

    @Test("A new order that the database refused is gone, unless a later write shows it", arguments: [false, true])
    func notCreated(isChanged: Bool) throws {
        try order.create()
        if isChanged { try order.show(1) }
        #expect(try order.settled(0, isShown: false) == isChanged)
        #expect(try isChanged ? order.isPending(1) : order.isOver(0))
    }

    @Test("A late show of an older write changes nothing")
    func lateShow() throws {
        try order.create()
        try order.show(2)
        #expect(try !order.show(1) && order.isPending(2))
        try order.settled(2)
        #expect(try !order.show(1) && order.isApplied(2))
    }

    @Test("An order doesn't outlive its version, however late a write is shown that was applied")
    func lateApplied() throws {
        try order.settled(1)
        _ = try redis.ask("PEXPIRE", order.version, "20000")
        #expect(try !order.show(1))
        #expect(try order.value(order.pending) == "1" && (10...20).contains(order.secondsLeft(order.pending) ?? 0))
        // A time longer than that for which a version stays in any case.
        try order.show(2)
        try order.settled(2, ttl: 300)
        #expect(try order.secondsLeft(order.pending) ?? 0 <= 300 && order.secondsLeft(order.version) ?? 0 > 350)
    }

    @Test("With a time of 0 an applied write is gone at once")
    func noTime() throws {
        try order.create()
        try order.created(ttl: 0)
        #expect(try !order.isThere(order.pending))
        try order.show(1, ttl: 0)
        try order.settled(1, ttl: 0)
        #expect(try order.isOver(1, "a"))
        try order.settled(2, ttl: 0)
        #expect(try !order.show(2, ttl: 0) && order.isOver(2, "a"))
        #expect((50...60).contains(try order.secondsLeft(order.version) ?? 0))
    }

    @Test("A Redis that lost a version, or all, is told anew by whatever comes next")
    func lost() throws {
        try order.show(1)
        // Without it nobody knows what is pending. Nothing of it is newer than what was applied.
        _ = try redis.ask("DEL", order.version)
        try order.settled(1)
        #expect(try order.isOver(1, "a"))
        try order.show(2)
        _ = try redis.ask("DEL", order.pending)
        try order.settled(2)
        #expect(try order.isOver(2, "a"))
        _ = try redis.ask("FLUSHALL")
        try order.created()
        #expect(try redis.ask("DBSIZE") == "0")
        try order.settled(2)
        #expect(try order.isOver(2, "a"))
    }

    @Test("A request's later attempt shows its order only where nothing is known of it")
    func repeated() throws {
        func showRepeated() throws -> Bool {
            try order.run(.showRepeated, [order.pending, order.version], ["0"]) == "1"
        }
        #expect(try showRepeated())
        #expect(try order.value(order.pending) == "0" && order.secondsLeft(order.pending) == nil)
        #expect(try !showRepeated())
        try order.settled(1, isShown: false)
        #expect(try !showRepeated() && order.isOver(1))
    }

    // MARK: Writers

    @Test("One writer at a time, who is told the order, its version and the time; only its owner gives the lock back")
    func oneWriter() throws {
        try order.create()
        #expect(try order.begin("1").prefix(2) == ["0", ""])
        #expect(try (1...10_000).contains(Int(redis.ask("PTTL", order.lock)) ?? 0))
        #expect(try order.begin("2") == ["0"])
        try order.show(1, token: "1")
        let second = try order.begin("2")
        #expect(second.prefix(2) == ["1", "\(OrderInRedis.hex(1))u"])
        let time = try redis.ask("TIME").split(separator: "\n").compactMap { Int($0) }
        #expect(second.count == 4 && (time[0] - 60...time[0]).contains(Int(second[2]) ?? 0))
        #expect((0..<1_000_000).contains(Int(second[3]) ?? -1))
        #expect(try order.run(.endWrite, [order.lock], ["1"]) == "0" && order.begin("3") == ["0"])
        #expect(try order.run(.endWrite, [order.lock], ["2"]) == "1" && order.begin("3").count == 4)
    }

    @Test("A writer whose lock was lost shows its write where nothing newer is known, and leaves the other's lock")
    func lostLock() throws {
        try order.create()
        _ = try order.begin("1")
        _ = try redis.ask("DEL", order.lock)
        _ = try order.begin("2")
        #expect(try order.show(1, token: "1") && order.isPending(1))
        #expect(try order.value(order.lock) == "2")
        #expect(try order.show(2, token: "2") && order.isPending(2))
        #expect(try !order.isThere(order.lock))
    }

    @Test("An order that nobody knows of has neither an order nor a version")
    func unknown() throws {
        // redis-cli prints them as empty lines, which are cut off in front; the time is left.
        #expect(try order.begin().count == 2)
    }

    // MARK: What was read

    @Test("What was read is kept with its version unless something newer is known")
    func fill() throws {
        #expect(try order.fill(0) && order.fill(1) && order.fill(1) && !order.fill(0))
        #expect(try order.value(order.detail) == "1" && order.value(order.detailVersion) == OrderInRedis.hex(1))
        let life = try order.secondsLeft(order.detailVersion) ?? 0
        #expect(try (20...30).contains(order.secondsLeft(order.detail) ?? 0) && (80...90).contains(life))
        try order.outdated(2)
        #expect(try !order.isThere(order.detail) && (50...60).contains(order.secondsLeft(order.detailVersion) ?? 0))
        #expect(try !order.fill(1) && !order.isThere(order.detail))
        #expect(try order.fill(2) && order.value(order.detail) == "2")
        // Told once more, or late: what was read is not older than that.
        try order.outdated(2)
        try order.outdated(1)
        #expect(try order.value(order.detail) == "2" && order.value(order.detailVersion) == OrderInRedis.hex(2))
    }

    // MARK: The list and resets

    @Test("A page is asked for under the current version")
    func list() throws {
        #expect(try order.run(.list, ["orders:list:version"], [""]) == "0")
        _ = try redis.ask("INCR", "orders:list:version")
        _ = try redis.ask("MSET", "orders:list:1", "page", "orders:list:1:5::new", "other")
        #expect(try order.run(.list, ["orders:list:version"], [""]) == "1\npage")
        #expect(try order.run(.list, ["orders:list:version"], [":5::new"]) == "1\nother")
    }

    @Test("The newest reset is known for ever, in whatever order resets are told")
    func reset() throws {
        func raise(_ number: Int) throws -> Bool {
            try order.run(.raiseReset, ["orders:reset"], [OrderInRedis.hex(number)]) == "1"
        }
        #expect(try raise(1) && raise(3) && !raise(2) && raise(3))
        #expect(try order.value("orders:reset") == OrderInRedis.hex(3) && order.secondsLeft("orders:reset") == nil)
    }
}
