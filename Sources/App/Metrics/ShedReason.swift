/// Why a request got 503 that a service with more room, or with all it depends on, would have taken.
package enum ShedReason: UInt8, CaseIterable, Sendable {
    /// MAX_CONNECTIONS.
    case connections
    /// MAX_BUFFERED_BYTES.
    case bufferedBytes
    /// MAX_IN_FLIGHT_ORDERS or MAX_PENDING_BYTES.
    case orders
    /// The queue can't be reached, or refused the job.
    case queue
    /// The queue failed in the middle: the job may be in it or not.
    case queueOutcomeUnknown
    /// The database can't be read, or MAX_PENDING_READS.
    case reads
    /// Other writes to the same order took too long.
    case orderLocked
    /// Redis can't be asked for an Idempotency-Key.
    case claims
    /// Redis has just been lost, or isn't connected yet.
    case cache
    /// Too many resets and seeds wait, or one can't be done now.
    case admin
    /// Too many ask for metrics at once.
    case metrics
    /// Too many look at the dashboard.
    case dashboard

    /// As the label of a metric.
    package var name: StaticString {
        switch self {
        case .connections: "connections"
        case .bufferedBytes: "buffered_bytes"
        case .orders: "orders_waiting"
        case .queue: "queue"
        case .queueOutcomeUnknown: "queue_outcome_unknown"
        case .reads: "reads"
        case .orderLocked: "order_locked"
        case .claims: "idempotency_keys"
        case .cache: "cache"
        case .admin: "admin"
        case .metrics: "metrics"
        case .dashboard: "dashboard"
        }
    }
}
