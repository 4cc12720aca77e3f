import Synchronization

/// Which Redis answers. Two connections that have the same identity speak with one and the same memory, in which
/// everything that the first was told has stayed, but for what somebody deleted or what Redis evicted.
///
/// - A server that was restarted has another run id, whether it came back as it was, older or empty. So has a replica
///   that was promoted.
/// - A server that took over another one's data while it ran (REPLICAOF, then REPLICAOF NO ONE) has another
///   replication id. Redis also makes a new one when the first replica comes, and an hour after the last one went
///   (`repl-backlog-ttl`). Nothing is lost then, and this says "another" all the same.
///
/// It doesn't tell of FLUSHALL, which leaves no trace here, nor of a virtual machine that was set back as a whole.
package enum RedisIdentity: Hashable, Sendable {
    /// `run_id` and `master_replid`, as INFO has them.
    case known(runID: String, replicationID: String)
    /// Our user may not ask, or the server doesn't say: it may be any. Each connection has a number of its own.
    case unknown(connection: UInt64)

    private static let unknownConnections = Atomic<UInt64>(0)

    init(runID: String?, replicationID: String?) {
        if let runID, let replicationID {
            self = .known(runID: runID, replicationID: replicationID)
        } else {
            self = .unknown(connection: Self.unknownConnections.add(1, ordering: .relaxed).newValue)
        }
    }
}
