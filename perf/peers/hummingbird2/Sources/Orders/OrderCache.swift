import Foundation
import NIOCore

/// Orders in Redis: as they were accepted (temp_order), and as the database has them (orders:detail, orders:list).
struct OrderCache: Sendable {
    let redis: Redis
    let acceptedSeconds: Int
    let appliedSeconds: Int

    /// As JSON text. What was accepted last goes before what the database has.
    func find(_ id: String) async throws -> ByteBuffer? {
        if let accepted = try await get("temp_order:\(id)") { return accepted }
        return try await get("orders:detail:\(id)")
    }

    func putAccepted(_ order: Order) async throws {
        try await set("temp_order:\(order.id)", ByteBuffer(bytes: JSONEncoder().encode(order)), acceptedSeconds)
    }

    func putApplied(_ order: Order) async throws {
        try await set("orders:detail:\(order.id)", ByteBuffer(bytes: JSONEncoder().encode(order)), appliedSeconds)
    }

    func forgetAccepted(_ id: String) async throws {
        try await redis.send("DEL", "temp_order:\(id)")
    }

    func forget(_ id: String) async throws {
        try await redis.send("DEL", "temp_order:\(id)", "orders:detail:\(id)")
    }

    func listVersion() async throws -> String {
        try await get("orders:list:version").map(String.init(buffer:)) ?? "0"
    }

    func bumpListVersion() async throws {
        try await redis.send("INCR", "orders:list:version")
    }

    func findList(_ version: String, _ limit: Int) async throws -> ByteBuffer? {
        try await get("orders:list:\(version):\(limit)")
    }

    func putList(_ version: String, _ limit: Int, _ text: ByteBuffer) async throws {
        try await set("orders:list:\(version):\(limit)", text, appliedSeconds)
    }

    private func get(_ key: Redis.Word) async throws -> ByteBuffer? {
        guard case .text(let text) = try await redis.send("GET", key) else { return nil }
        return text
    }

    private func set(_ key: Redis.Word, _ value: ByteBuffer, _ seconds: Int) async throws {
        try await redis.send("SET", key, Redis.Word(value), "EX", "\(seconds)")
    }
}
