import Reactor

/// The dead letters of the queue file, for an operator: to list, replay and discard. Used by one thread at a time; other
/// connections, also of other processes, may work on the file meanwhile.
final class EmbeddedDeadLetters {
    private let connection: SQLiteConnection
    private let sequences: EmbeddedQueueSequences
    private let partitions: Int

    private static let columns = "number, job_id, body, reason, attempts, failed_at"

    init(_ connection: consuming SQLiteConnection, partitions: Int) throws(SQLiteError) {
        self.partitions = partitions
        sequences = try EmbeddedQueueSequences(connection)
        self.connection = connection
    }

    func count() throws(SQLiteError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM dead_letters") ?? 0)
    }

    /// Up to `limit` letters with numbers above `number`, the oldest first.
    func list(after number: Int64 = 0, limit: Int) throws(SQLiteError) -> [DeadLetter] {
        let select = try SQLiteStatement(
            connection, "SELECT \(Self.columns) FROM dead_letters WHERE number > ? ORDER BY number LIMIT ?")
        try select.bind(1, number)
        try select.bind(2, Int64(limit))
        var letters: [DeadLetter] = []
        while try select.step() { letters.append(Self.letter(of: select)) }
        return letters
    }

    func letter(_ number: Int64) throws(SQLiteError) -> DeadLetter? {
        let select = try SQLiteStatement(connection, "SELECT \(Self.columns) FROM dead_letters WHERE number = ?")
        try select.bind(1, number)
        return try select.step() ? Self.letter(of: select) : nil
    }

    func letter(ofJob id: UUID) throws(SQLiteError) -> DeadLetter? {
        let select = try SQLiteStatement(connection, "SELECT \(Self.columns) FROM dead_letters WHERE job_id = ?")
        try select.bind(1, id)
        return try select.step() ? Self.letter(of: select) : nil
    }

    /// False when it was gone already.
    func discard(_ number: Int64) throws(SQLiteError) -> Bool {
        let delete = try SQLiteStatement(connection, "DELETE FROM dead_letters WHERE number = ?")
        try delete.bind(1, number)
        return try delete.runCountingChanges() > 0
    }

    /// Queues the job once more, as a message of its own at the end of `partition`, and removes the letter, in one
    /// transaction. Returns the message's sequence; nil when the letter was gone already, so doing it twice does no harm.
    func replay(_ number: Int64, as messageID: UUID, into partition: Int) throws(SQLiteError) -> Int64? {
        precondition(partition >= 0 && partition < partitions)
        let insert = try SQLiteStatement(
            connection,
            """
            INSERT INTO messages (position, message_id, jobs, body)
            SELECT ?, ?, 1, body FROM dead_letters WHERE number = ?
            """)
        return try connection.inWriteTransaction { () throws(SQLiteError) -> Int64? in
            sequences.forget()
            try sequences.refresh()
            let sequence = sequences.next()
            try insert.bind(1, EmbeddedQueuePosition.of(partition: partition, sequence: sequence))
            try insert.bind(2, messageID)
            try insert.bind(3, number)
            guard try insert.runCountingChanges() > 0 else { return nil }
            _ = try discard(number)
            return sequence
        }
    }

    private static func letter(of row: borrowing SQLiteStatement) -> DeadLetter {
        DeadLetter(
            number: row.integer(0), jobID: row.uuid(1), body: row.withBlob(2) { [UInt8]($0) },
            reason: row.withText(3) { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" },
            attempts: Int(row.integer(4)), failedAtMilliseconds: row.integer(5))
    }
}

@available(*, unavailable)
extension EmbeddedDeadLetters: Sendable {}
