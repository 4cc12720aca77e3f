import Reactor
import TestServers
import Testing

@testable import Cache

/// One idempotency key in a Redis of the test's own, claimed by the scripts as loops do.
@Suite struct ClaimScriptsTests {
    private let redis: RedisServer
    private let key = "orders:idempotency:a \"key\""
    private let since = "orders:idempotency_since"
    private static let day = 86_400_000

    init() throws { redis = try RedisServer() }

    private func run(_ script: CacheScript, _ keys: [String], _ arguments: [String]) throws -> [String] {
        try redis.ask(["EVAL", script.source, "\(keys.count)"] + keys + arguments)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// What was found, and the seed to go on with.
    private func claim(
        _ token: String, _ seed: String, body: String = "body", milliseconds: Int = 30_000
    ) throws -> [String] {
        let answer = try run(.claim, [key, since], [token, body, seed, "\(milliseconds)", "\(Self.day)"])
        #expect(answer.count == 3)
        return Array(answer.prefix(2))
    }

    private func record(_ token: String, _ seed: String, body: String = "body", life: Int = day) throws -> String {
        try run(.recordClaim, [key], [token, body, seed, "\(life)"])[0]
    }

    private func end(_ token: String, keepingSeed: Bool) throws -> String {
        try run(.endClaim, [key], [token, keepingSeed ? "1" : "0"])[0]
    }

    private func lifeMilliseconds() throws -> Int { Int(try redis.ask("PTTL", key)) ?? 0 }

    @Test("The first has the claim; others are told that it runs, that it is done, or that the body differs")
    func usual() throws {
        #expect(try claim("1", "a") == ["0", "a"])
        #expect(try claim("2", "b") == ["2", "a"])
        #expect(try claim("2", "b", body: "other") == ["4", "a"])
        #expect(try record("1", "a") == "1")
        #expect(try claim("2", "b") == ["3", "a"])
        #expect(try claim("2", "b", body: "other") == ["4", "a"])
        #expect((Self.day - 60_000...Self.day).contains(try lifeMilliseconds()))
        #expect(try redis.ask("HLEN", key) == "2")
    }

    @Test("A claim lasts for 24 hours at most, also if nobody ends it")
    func life() throws {
        _ = try claim("1", "a")
        #expect((Self.day - 60_000...Self.day).contains(try lifeMilliseconds()))
        _ = try record("1", "a", life: 5_000)
        #expect((1...5_000).contains(try lifeMilliseconds()))
    }

    @Test("A claim whose time is over is taken over with the old seed, and its first owner can't end it any more")
    func takenOver() throws {
        #expect(try claim("1", "a", milliseconds: 0) == ["0", "a"])
        #expect(try claim("2", "b") == ["1", "a"])
        #expect(try end("1", keepingSeed: false) == "0")
        #expect(try record("1", "a") == "0")
        #expect(try claim("3", "c") == ["2", "a"])
        #expect(try record("2", "a") == "1")
        #expect(try claim("3", "c") == ["3", "a"])
        #expect(try record("1", "z") == "0")
        #expect(try claim("3", "c") == ["3", "a"])
    }

    @Test("A request that was refused leaves nothing, and one of unknown fate its seed")
    func ended() throws {
        _ = try claim("1", "a")
        #expect(try end("1", keepingSeed: false) == "1")
        #expect(try redis.ask("EXISTS", key) == "0")
        _ = try claim("2", "b")
        #expect(try end("2", keepingSeed: true) == "1")
        #expect((Self.day - 60_000...Self.day).contains(try lifeMilliseconds()))
        #expect(try claim("3", "c", body: "other") == ["4", "b"])
        #expect(try claim("3", "c") == ["1", "b"])
    }

    @Test("What was wiped between claim and record is there again, with its time")
    func wiped() throws {
        _ = try claim("1", "a")
        _ = try redis.ask("FLUSHALL")
        #expect(try record("1", "a") == "1")
        #expect(try claim("2", "b") == ["3", "a"])
        #expect((Self.day - 60_000...Self.day).contains(try lifeMilliseconds()))
    }

    @Test("Redis tells since when it remembers")
    func age() throws {
        let first = try run(.claim, [key, since], ["1", "f", "s", "1", "1000"])
        #expect(first[2] == "0")
        let then = Int(try redis.ask("GET", since)) ?? 0
        _ = try redis.ask("SET", since, "\(then - Self.day)")
        let second = try run(.claim, ["orders:idempotency:other", since], ["1", "f", "s", "1", "1000"])
        #expect((Self.day...Self.day + 60_000).contains(Int(second[2]) ?? 0))
        #expect(try redis.ask("TTL", since) == "-1")
    }

    @Test("An order that is taken back goes, unless something else is shown by now")
    func takeBack() throws {
        _ = try redis.ask("SET", "temp_order:x", "ours")
        #expect(try run(.takeBack, ["temp_order:x"], ["other"]) == ["0"])
        #expect(try run(.takeBack, ["temp_order:x"], ["ours"]) == ["1"])
        #expect(try redis.ask("EXISTS", "temp_order:x") == "0")
    }
}
