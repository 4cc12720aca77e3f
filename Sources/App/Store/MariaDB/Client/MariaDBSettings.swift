/// How a connection behaves; whole seconds, since the library counts in them.
struct MariaDBSettings: Equatable, Sendable {
    /// TCP, TLS and login together.
    var connectTimeoutSeconds: UInt32 = 2
    /// For each answer, 0 for ever.
    var readTimeoutSeconds: UInt32
    /// How long a statement waits for the lock of a row or a table. Less than the read timeout, so that a lock that is
    /// held is told apart from a server that is gone.
    var lockTimeoutSeconds: UInt32
    /// The server drops a connection that says nothing for so long, and gives its locks free: a client that vanished
    /// without a word would hold them for the server's 8 hours.
    var idleTimeoutSeconds: UInt32
    var isolation: Isolation
    var isReadOnly = false

    enum Isolation: String, Sendable {
        /// No locks on the gaps between rows, where workers that insert would wait for each other.
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
    }

    static let writer = MariaDBSettings(
        readTimeoutSeconds: 10, lockTimeoutSeconds: 5, idleTimeoutSeconds: 120, isolation: .readCommitted)

    static let reader = MariaDBSettings(
        readTimeoutSeconds: 3, lockTimeoutSeconds: 2, idleTimeoutSeconds: 3600, isolation: .repeatableRead,
        isReadOnly: true)

    /// Deletes all orders. It waits no longer for its locks than readers do for theirs: while it waits, they do.
    static let eraser = MariaDBSettings(
        readTimeoutSeconds: 60, lockTimeoutSeconds: 2, idleTimeoutSeconds: 120, isolation: .readCommitted)

    /// For changes of the schema and of all rows: minutes at ten million of them.
    static let maintenance = MariaDBSettings(
        readTimeoutSeconds: 7200, lockTimeoutSeconds: 60, idleTimeoutSeconds: 3600, isolation: .readCommitted)
}
