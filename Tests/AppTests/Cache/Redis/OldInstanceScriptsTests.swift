import TestServers
import Testing

@testable import Cache
@testable import Orders

/// While instances of version 0.5 go on beside this one: their writes have no version, and the newest one of an order
/// is in `temp_jobs` until it is applied.
@Suite struct OldInstanceScriptsTests {
    private let order: OrderInRedis
    private var redis: RedisServer { order.redis }

    init() throws { order = try OrderInRedis() }

    /// What such an instance does to show a change.
    private func oldShow(_ text: String, job: Int) throws {
        _ = try redis.ask("SET", order.pending, text)
        _ = try redis.ask("HSET", "temp_jobs", "\(order.id)", "u\(testID(job))")
    }

    private func applied(_ what: String, job: Int, as number: Int, ttl: Int = 60) throws {
        let words = ["\(ttl)", "60000", what, "\(order.id)", "\(testID(job))", OrderInRedis.hex(number)]
        try order.run(.appliedUnversioned, [], words)
    }

    private func isOldShown(_ text: String) throws -> Bool {
        try order.value(order.pending) == text && order.secondsLeft(order.pending) == nil
            && redis.ask("HEXISTS", "temp_jobs", "\(order.id)") == "1"
    }

    @Test("What such an instance shows as pending stays, whatever is told of older writes")
    func stays() throws {
        try order.create()
        try oldShow("old", job: 1)
        try order.created()
        #expect(try isOldShown("old"))
        #expect(try order.settled(0, isShown: false) && isOldShown("old"))
        try order.show(1)
        try oldShow("newer", job: 2)
        for _ in 0..<2 { #expect(try order.settled(1) && isOldShown("newer")) }
        // Nothing of ours is pending for ever.
        #expect(try order.secondsLeft(order.version) ?? 0 > 0)
        #expect(try !order.show(1) && isOldShown("newer"))
    }

    @Test("It ends with its application: an update stays for its time, under the version that the database gave to it")
    func ends() throws {
        try order.show(1)
        try oldShow("old", job: 1)
        try applied("u", job: 9, as: 2)
        #expect(try isOldShown("old"))
        try applied("u", job: 1, as: 3)
        #expect(try order.value(order.pending) == "old" && order.value(order.version) == "\(OrderInRedis.hex(3))a")
        #expect(try (50...60).contains(order.secondsLeft(order.pending) ?? 0))
        #expect(try order.secondsLeft(order.version) ?? 0 > 100 && !order.isThere("temp_jobs"))
        #expect(try !order.settled(1))
        #expect(try order.value(order.pending) == "old")
    }

    @Test("With a time of 0, or refused, it is gone at once", arguments: ["u", "r"])
    func noTime(what: String) throws {
        try order.create()
        try oldShow("old", job: 1)
        try applied(what, job: 1, as: what == "u" ? 3 : 0, ttl: 0)
        #expect(try !order.isThere(order.pending, "temp_jobs"))
        #expect(try order.value(order.version) == (what == "u" ? "\(OrderInRedis.hex(3))a" : ""))
    }

    @Test("After a delete, or a change without effect, nothing of the order is pending, and no such change is shown")
    func gone() throws {
        try oldShow("old", job: 1)
        let locks = ["temp_lock:\(order.id)", "temp_early:\(order.id)", "orders:lease:\(order.id)"]
        for key in locks { _ = try redis.ask("SET", key, "7") }
        try applied("x", job: 2, as: 3)
        #expect(try redis.ask("EXISTS", locks[0], locks[1], locks[2], "temp_jobs") == "0")
        #expect(try order.isOver(3))
        #expect(try !order.show(2) && order.isOver(3))
    }

    @Test("A write of ours that is newer stays pending while one of theirs ends", arguments: ["u", "r"])
    func ours(what: String) throws {
        try order.create()
        try oldShow("old", job: 1)
        #expect(try order.show(4) && order.isPending(4) && !order.isThere("temp_jobs"))
        try applied(what, job: 1, as: what == "r" ? 0 : 3)
        #expect(try order.isPending(4))
        #expect(try !order.settled(4) && order.isApplied(4))
    }

    @Test("An older write of ours is over with one of theirs that nothing else is known of")
    func theirs() throws {
        try order.show(2)
        try applied("u", job: 1, as: 3)
        #expect(try order.isOver(3))
    }

    @Test(
        "An instance that is about to show a write learns that it was applied; whoever reads for it may not keep that")
    func early() throws {
        _ = try redis.ask("MSET", "temp_lock:\(order.id)", "7", "orders:lease:\(order.id)", "8", order.detail, "read")
        try applied("u", job: 1, as: 3)
        #expect(try order.value("temp_early:\(order.id)") == "\(testID(1))")
        #expect(try (10...20).contains(order.secondsLeft("temp_early:\(order.id)") ?? 0))
        #expect(try !order.isThere("orders:lease:\(order.id)", order.detail))
        _ = try redis.ask("MSET", "orders:lease:\(order.id)", "8", order.detail, "read")
        try order.outdated(4)
        #expect(try !order.isThere("orders:lease:\(order.id)", order.detail))
    }
}
