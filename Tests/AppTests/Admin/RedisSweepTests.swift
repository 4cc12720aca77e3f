import Reactor
import TestServers
import Testing

@testable import Admin
@testable import Cache
@testable import Orders
@testable import Store

/// In a Redis of the test's own.
@Suite struct RedisSweepTests {
    private static let milliseconds: UInt64 = 1_750_000_000_000
    private static let reset = OrderVersion(number: milliseconds << 16 | 0x1234)
    private let redis: RedisServer
    private let conversation: RedisConversation

    init() throws {
        redis = try RedisServer()
        conversation = try RedisConversation(
            RedisEndpoint(host: "127.0.0.1", port: redis.port), fence: RedisFence())
    }

    /// Made so many milliseconds after the newest order that was deleted.
    private func id(_ milliseconds: Int, _ number: Int = 1) -> UUID {
        UUID(high: UInt64(Int(Self.milliseconds) + milliseconds) << 16 | 0x7000, low: 1 << 63 | UInt64(number))
    }

    /// Of a database that was taken over.
    private let foreign = UUID(high: 0x1234_5678_9abc_4def, low: 0x8000_0000_0000_0001)

    private func sweep() throws { try RedisSweep.run(conversation, upTo: Self.reset) }

    private func set(_ keys: String..., seconds: Int? = nil) throws {
        for key in keys { _ = try redis.ask(["SET", key, "x"] + (seconds.map { ["EX", "\($0)"] } ?? [])) }
    }

    private func keys() throws -> Set<String> {
        Set(try redis.ask("KEYS", "*").split(separator: "\n").map(String.init))
    }

    @Test("Orders that were created up to the version go, with their versions, whether they were applied or not")
    func orders() throws {
        for (id, seconds) in [(id(-5_000), nil), (id(-1), 50), (id(0), nil), (id(1), 50), (id(5_000), nil)] {
            try set("temp_order:\(id)", "{temp_order:\(id)}:version", seconds: seconds)
        }
        try sweep()
        let stay = [id(1), id(5_000)].flatMap { ["temp_order:\($0)", "{temp_order:\($0)}:version"] }
        #expect(try keys() == Set(stay))
    }

    @Test("Of an order whose id doesn't tell its time, what was applied goes; what is pending waits in the queue")
    func foreignOrders() throws {
        let other = UUID(high: foreign.high, low: foreign.low + 1)
        try set("temp_order:\(foreign)", seconds: 50)
        try set("temp_order:\(other)", "temp_order:what")
        try sweep()
        #expect(try keys() == ["temp_order:\(other)", "temp_order:what"])
    }

    @Test("All that was read goes, but not its version: a read that is under way may not keep what it found")
    func read() throws {
        for id in [id(-1), id(1), foreign] {
            try set("orders:detail:\(id)", "orders:version:{orders:detail:\(id)}", seconds: 50)
        }
        try sweep()
        #expect(try keys() == Set([id(-1), id(1), foreign].map { "orders:version:{orders:detail:\($0)}" }))
    }

    @Test(
        "Nothing else goes: the list, the reset, locks, what an earlier version of the service knows, and others' keys")
    func others() throws {
        let stay = [
            "orders:list:version", "orders:list:7", "orders:reset", "{temp_order:\(id(-1))}:lock",
            "temp_lock:\(id(-1))", "temp_jobs", "elsewhere", "orders:idempotency_since",
        ]
        for key in stay { try set(key) }
        try sweep()
        #expect(try keys() == Set(stay))
    }

    @Test("What is known of requests that were done before goes; those that are under way, or newer, stay")
    func claims() throws {
        let fields: [(key: String, seed: UUID, token: String?)] = [
            ("done", id(-10), nil), ("last", id(0), nil), ("running", id(-10), "7"), ("new", id(10), nil),
        ]
        for (key, seed, token) in fields {
            _ = try redis.ask(
                ["HSET", "orders:idempotency:\(key)", "f", "x", "s", "\(seed)"] + (token.map { ["t", $0] } ?? []))
        }
        try sweep()
        #expect(try keys() == ["orders:idempotency:running", "orders:idempotency:new"])
    }

    @Test("However many keys there are, all are looked at")
    func many() throws {
        _ = try redis.ask(
            "EVAL",
            """
            for i = 1, 20000 do
                redis.call('SET', string.format('temp_order:01970000-0000-7000-8000-%012x', i), 'x')
                redis.call('SET', string.format('temp_order:01980000-0000-7000-9000-%012x', i), 'x')
                redis.call('SET', 'orders:detail:' .. i, 'x')
            end
            """, "0")
        try sweep()
        #expect(try redis.ask("DBSIZE") == "20000")
    }

    @Test("A Redis that is gone, or refuses, is told; it is found again when it is back")
    func gone() throws {
        try sweep()
        redis.kill()
        let failure = #expect(throws: AdminFailure.self) { try sweep() }
        #expect(failure?.reason.contains("Redis") == true)
        try redis.start()
        #expect(
            eventually {
                do { try sweep() } catch { return false }
                return true
            })
        conversation.close()
    }

    @Test("Markers are pending until a worker has told what became of each")
    func markers() throws {
        var ids = UUIDv7Generator(clock: UUIDv7Clock())
        let markers = QueueMarkers(partitions: 4, ids: &ids)
        #expect(Set(markers.orders).count == 4)
        try markers.note(in: conversation)
        for order in markers.orders {
            #expect(try !markers.areRepaired(in: conversation))
            let version = OrderVersion(ofCreation: order).next
            var command = RedisCommand()
            command.begin(.settled)
            command.append(decimal: 60)
            command.append(decimal: 60_000)
            command.append(SettledWrite(orderID: order, version: version, isShown: false))
            #expect(try conversation.ask(.settled, command) == .integer(0))
        }
        #expect(try markers.areRepaired(in: conversation))
        // They end by themselves.
        for order in markers.orders {
            #expect((100...120).contains(Int(try redis.ask("TTL", "{temp_order:\(order)}:version")) ?? 0))
        }
        try markers.note(in: conversation)
        #expect(try !markers.areRepaired(in: conversation))
        markers.forget(in: conversation)
        #expect(try redis.ask("DBSIZE") == "0")
    }

    @Test("Markers that an emptied Redis has lost are not waited for")
    func lostMarkers() throws {
        var ids = UUIDv7Generator(clock: UUIDv7Clock())
        let markers = QueueMarkers(partitions: 2, ids: &ids)
        try markers.note(in: conversation)
        _ = try redis.ask("FLUSHALL")
        #expect(try markers.areRepaired(in: conversation))
    }
}
