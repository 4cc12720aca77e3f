package import Store

/// The durable queue of a node without a broker: an SQLite file of its own.
///
/// Apart from the orders database, because a queue commit every half millisecond and a batch of thousands of rows would
/// wait for each other's write lock.
package struct EmbeddedQueueFile: Sendable {
    package let path: String
    /// How many partitions messages are spread over; not always what was asked for, see
    /// ``open(path:partitions:settings:)``.
    package let partitions: Int
    private let settings: SQLiteSettings

    static let queueSettings = SQLiteSettings(cacheKiB: 8 * 1024, checkpointPages: 1024, pageBytes: 16384)

    /// Free pages (16 MiB) from which on an empty queue is worth making smaller at start.
    static let shrinkingThresholdPages: Int64 = 1024

    /// Opens or creates the file at `path`. While messages wait in it the count of partitions stays what it was,
    /// because an order's jobs have to stay in one partition; an empty queue takes the new one. nil keeps it in any
    /// case.
    package static func open(
        path: String, partitions: Int?, settings: SQLiteSettings = queueSettings
    ) throws(SQLiteError) -> EmbeddedQueueFile {
        let connection = try SQLiteConnection.open(path: path, settings: settings)
        let count = try EmbeddedQueueSchema.install(on: connection, wanted: partitions)
        try shrink(connection)
        return EmbeddedQueueFile(path: path, partitions: count, settings: settings)
    }

    /// Opens a connection for the one thread that commits.
    package func makeWriter() throws(SQLiteError) -> EmbeddedQueueWriter {
        try EmbeddedQueueWriter(SQLiteConnection.open(path: path, settings: settings), partitions: partitions)
    }

    /// Opens a reading connection, one for each worker.
    package func makeReader() throws(SQLiteError) -> EmbeddedQueueReader {
        var readOnly = settings
        readOnly.queryOnly = true
        return try EmbeddedQueueReader(SQLiteConnection.open(path: path, settings: readOnly), partitions: partitions)
    }

    /// Opens a connection for an operator's commands, in this process or in another.
    package func makeDeadLetters() throws(SQLiteError) -> EmbeddedDeadLetters {
        try EmbeddedDeadLetters(SQLiteConnection.open(path: path, settings: settings), partitions: partitions)
    }

    /// Gives the room of a backlog that was worked off back to the disk. Not while messages wait: that would copy them.
    private static func shrink(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        guard try connection.integer("SELECT 1 FROM messages LIMIT 1") == nil,
            let free = try connection.integer("PRAGMA freelist_count"), free >= shrinkingThresholdPages
        else { return }
        // It may fail because another process uses the file, or for lack of room; the queue works as well without.
        try? connection.execute("VACUUM")
    }
}
