/// How a connection is opened and tuned.
package struct SQLiteSettings: Sendable {
    /// How long a statement waits for another connection's lock.
    var busyTimeoutMilliseconds: Int32
    /// Memory for pages of this connection. More did not make random updates among two million orders faster: the
    /// kernel's cache holds the file.
    package var cacheKiB: Int
    /// A commit that leaves this many pages in the write-ahead log copies them to the database. That takes
    /// milliseconds, so it should be less than one commit in a hundred.
    package var checkpointPages: Int
    /// A write-ahead log that grew past this is cut back to it. Below it the file keeps its size, because overwriting
    /// costs half the sync time of growing.
    var logLimitBytes = 64 << 20
    /// Only for a file that has no page yet.
    package var pageBytes: Int
    /// The database may not grow past this many pages; nil leaves it to the disk.
    var maximumPages: Int?
    /// Refuses to change anything; the connection still writes the log's index, so the file must be writable.
    package var queryOnly: Bool

    package init(
        busyTimeoutMilliseconds: Int32 = 5000, cacheKiB: Int = 16 * 1024, checkpointPages: Int = 4000,
        pageBytes: Int = 4096, maximumPages: Int? = nil, queryOnly: Bool = false
    ) {
        self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
        self.cacheKiB = cacheKiB
        self.checkpointPages = checkpointPages
        self.pageBytes = pageBytes
        self.maximumPages = maximumPages
        self.queryOnly = queryOnly
    }
}
