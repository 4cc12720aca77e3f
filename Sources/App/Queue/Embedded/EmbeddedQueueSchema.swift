import Store

/// The tables of the queue file.
enum EmbeddedQueueSchema {
    /// Creates what is missing and returns the partition count. One process after the other, however many start at
    /// once.
    ///
    /// The stored count stays while messages wait, since these were spread by it; otherwise `wanted` is taken. nil asks
    /// for the stored one.
    static func install(on connection: borrowing SQLiteConnection, wanted: Int?) throws(SQLiteError) -> Int {
        try connection.execute("BEGIN IMMEDIATE")
        let partitions: Int
        do throws(SQLiteError) {
            try connection.execute(tables)
            partitions = try settlePartitions(on: connection, wanted: wanted)
        } catch {
            connection.rollBack()
            throw error
        }
        try connection.commit()
        return partitions
    }

    private static func settlePartitions(
        on connection: borrowing SQLiteConnection, wanted: Int?
    ) throws(SQLiteError) -> Int {
        let stored = try connection.integer("SELECT value FROM meta WHERE name = 'partitions'").map(Int.init)
        let isEmpty = try connection.integer("SELECT 1 FROM messages LIMIT 1") == nil
        if let stored, wanted == nil || !isEmpty { return stored }
        let count = wanted ?? 1
        try connection.execute("REPLACE INTO meta (name, value) VALUES ('partitions', \(count))")
        return count
    }

    // `partitions.last_acknowledged` keeps sequences rising when the messages that had the highest ones are gone.
    // AUTOINCREMENT, so that a number an operator has read never means another letter later.
    // `failed_commits` is there to be written: see EmbeddedQueueWriter.
    private static let tables = """
        CREATE TABLE IF NOT EXISTS messages (
            position INTEGER PRIMARY KEY,
            message_id BLOB NOT NULL,
            jobs INTEGER NOT NULL,
            body BLOB NOT NULL
        );
        CREATE TABLE IF NOT EXISTS partitions (
            partition INTEGER PRIMARY KEY,
            last_acknowledged INTEGER NOT NULL
        );
        CREATE TABLE IF NOT EXISTS dead_letters (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            job_id BLOB UNIQUE,
            body BLOB NOT NULL,
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            failed_at INTEGER NOT NULL
        );
        CREATE TABLE IF NOT EXISTS meta (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) WITHOUT ROWID;
        INSERT INTO meta (name, value) VALUES ('failed_commits', 0) ON CONFLICT DO NOTHING;
        """
}
