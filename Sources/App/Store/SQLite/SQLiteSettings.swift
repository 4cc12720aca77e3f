/// How a connection is opened and tuned; the defaults are those of the orders database.
struct SQLiteSettings: Sendable {
    /// How long a statement waits for another connection's lock.
    var busyTimeoutMilliseconds: Int32 = 5000
    /// Memory for pages of this connection.
    var cacheKiB = 16 * 1024
    /// A commit that leaves this many pages in the write-ahead log copies them to the database.
    var checkpointPages = 4000
    /// A write-ahead log that grew past this is cut back to it. Below it the file keeps its size, because overwriting
    /// costs half the sync time of growing.
    var logLimitBytes = 256 << 20
    /// Only for a file that has no page yet.
    var pageSizeBytes = 4096
    /// Refuses to change anything; the connection still writes the log's index, so the file must be writable.
    var queryOnly = false
}
