/// What `INFO replication` says of a server: its part, and which history of writes it has. Pure.
struct RedisReplication: Equatable {
    /// It follows another server: it refuses writes, or loses them.
    let isReplica: Bool
    /// `master_replid`; nil before Redis 4.
    let replicationID: String?

    /// nil when `info` names no role: it is something else's answer.
    init?(_ info: UnsafeRawBufferPointer) {
        guard let role = RedisInfo.value(of: "role", in: info) else { return nil }
        // Redis says slave; a server that uses the newer word is no primary either.
        isReplica = role == "slave" || role == "replica"
        replicationID = RedisInfo.value(of: "master_replid", in: info)
    }
}

/// The text that INFO answers: lines of `field:value`.
enum RedisInfo {
    /// nil when there is no such field, or it is empty.
    static func value(of field: String, in info: UnsafeRawBufferPointer) -> String? {
        for line in info.split(whereSeparator: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            guard line.starts(with: field.utf8) else { continue }
            let rest = line.dropFirst(field.utf8.count)
            guard rest.first == UInt8(ascii: ":") else { continue }
            return rest.count == 1 ? nil : String(decoding: rest.dropFirst(), as: UTF8.self)
        }
        return nil
    }
}
