import Reactor
import TestServers
import Testing

@testable import Admin
@testable import Cache
@testable import Orders
@testable import Store

/// In a Redis of the test's own.
@Suite struct RedisSweepTests {
    private static let start: UInt64 = 1_750_000_000_000
    private let redis: RedisServer
    private let conversation: RedisConversation

    init() throws {
        redis = try RedisServer()
        conversation = try RedisConversation(
            RedisEndpoint(host: "127.0.0.1", port: redis.port), fence: RedisFence())
    }

    /// Made so many milliseconds after the reset began.
    private func id(_ milliseconds: Int, _ number: Int = 1) -> UUID {
        UUID(high: UInt64(Int(Self.start) + milliseconds) << 16 | 0x7000, low: 1 << 63 | UInt64(number))
    }

    private var old: UUID { id(-5_000) }
    private var young: UUID { id(5_000) }
    /// Of a database that was taken over.
    private let foreign = UUID(high: 0x1234_5678_9abc_4def, low: 0x8000_0000_0000_0001)

    private func first() throws -> Set<UUID> { try RedisSweep.first(conversation, start: Self.start) }

    private func second(_ suspects: Set<UUID>) throws {
        try RedisSweep.second(conversation, start: Self.start, suspects: suspects)
    }

    private func set(_ key: String, seconds: Int? = nil) throws {
        _ = try redis.ask(["SET", key, "x"] + (seconds.map { ["EX", "\($0)"] } ?? []))
    }

    private func keys() throws -> Set<String> {
        Set(try redis.ask("KEYS", "*").split(separator: "\n").map(String.init))
    }

    @Test(
        "What was applied or read goes, with the locks and leases of before; what is pending stays, and what is not ours"
    )
    func firstPass() throws {
        for id in [old, young, foreign] {
            for prefix in ["orders:detail:", "orders:lease:", "temp_early:", "temp_lock:"] {
                try set("\(prefix)\(id)", seconds: 50)
            }
        }
        try set("temp_order:\(id(-1, 2))", seconds: 50)
        try set("temp_order:\(id(1, 3))", seconds: 50)
        let stays = [
            "temp_order:\(old)", "temp_order:\(young)", "temp_order:\(foreign)", "temp_order:what", "elsewhere",
        ]
        for key in stays + ["orders:list:version", "orders:list:7"] { try set(key) }
        _ = try redis.ask("HSET", "temp_jobs", "\(old)", "u\(testID(1))")
        #expect(try first() == [old, foreign])
        #expect(
            try keys()
                == Set(
                    stays + ["orders:list:version", "orders:list:7", "temp_jobs", "temp_lock:\(young)"]))
    }

    @Test("By the second pass what was pending at the first is left over, and so are changes of orders of before")
    func secondPass() throws {
        let (suspect, settled, changed, late) = (id(-4_000, 1), id(-3_000, 2), id(-2_000, 3), id(-1_000, 4))
        for id in [suspect, changed, late, young] { try set("temp_order:\(id)") }
        try set("temp_order:\(settled)", seconds: 40)
        for id in [suspect, changed, young] { _ = try redis.ask("HSET", "temp_jobs", "\(id)", "u\(testID(1))") }
        try set("temp_lock:\(changed)", seconds: 5)
        try second([suspect, settled])
        // One that was accepted while the reset ran, and was slow, stays: nothing says that it is over.
        #expect(try keys() == ["temp_order:\(late)", "temp_order:\(young)", "temp_jobs"])
        #expect(try redis.ask("HKEYS", "temp_jobs") == "\(young)")
    }

    @Test("What is known of requests that were done before goes; those that are under way, or newer, stay")
    func claims() throws {
        let fields: [(key: String, seed: UUID, token: String?)] = [
            ("done", id(-10), nil), ("running", id(-10), "7"), ("new", id(10), nil),
        ]
        for (key, seed, token) in fields {
            _ = try redis.ask(
                ["HSET", "orders:idempotency:\(key)", "f", "x", "s", "\(seed)"] + (token.map { ["t", $0] } ?? []))
        }
        try set("orders:idempotency_since")
        #expect(try first() == [])
        let stays: Set = ["orders:idempotency:running", "orders:idempotency:new", "orders:idempotency_since"]
        #expect(try keys() == stays)
    }

    @Test("However many keys there are, all are looked at")
    func many() throws {
        _ = try redis.ask(
            "EVAL",
            """
            for i = 1, 20000 do
                redis.call('SET', string.format('temp_order:01970000-0000-7000-8000-%012x', i), 'x', 'EX', 60)
                redis.call('SET', string.format('temp_order:01970000-0000-7000-9000-%012x', i), 'x')
                redis.call('SET', 'orders:detail:' .. i, 'x')
            end
            """, "0")
        let suspects = try first()
        #expect(suspects.count == 20_000)
        #expect(try redis.ask("DBSIZE") == "20000")
        try second(suspects)
        #expect(try redis.ask("DBSIZE") == "0")
    }

    @Test("A Redis that is gone, or refuses, is told; it is found again when it is back")
    func gone() throws {
        #expect(try first() == [])
        redis.kill()
        let failure = #expect(throws: AdminFailure.self) { try first() }
        #expect(failure?.reason.contains("Redis") == true)
        try redis.start()
        #expect(eventually { (try? first()) == [] })
        conversation.close()
    }

    @Test("Markers are pending until a worker has told what became of them")
    func markers() throws {
        var ids = UUIDv7Generator(clock: UUIDv7Clock())
        let markers = QueueMarkers(partitions: 4, ids: &ids)
        #expect(Set(markers.messages.map(\.partition)) == [0, 1, 2, 3])
        try markers.note(in: conversation)
        for left in stride(from: 4, through: 1, by: -1) {
            #expect(try redis.ask("HLEN", "temp_jobs") == "\(left)")
            #expect(try !markers.areRepaired(in: conversation))
            let words = try redis.ask("HGETALL", "temp_jobs").split(separator: "\n").map(String.init)
            _ = try redis.ask([
                "EVAL", CacheScript.applied.source, "0", "60", "x", words[0],
                String(words[1].dropFirst()),
            ])
        }
        #expect(try markers.areRepaired(in: conversation))
        try markers.note(in: conversation)
        markers.forget(in: conversation)
        #expect(try redis.ask("EXISTS", "temp_jobs") == "0")
    }
}
