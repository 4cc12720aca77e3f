import Reactor
package import Store

/// Puts messages into the queue, takes acknowledged ones out and stores dead letters: one durable transaction each
/// time. Used by one thread, the committer.
package final class EmbeddedQueueWriter {
    /// Internal for tests that break the file below.
    package let connection: SQLiteConnection
    private let sequences: EmbeddedQueueSequences
    private let insertMessage: SQLiteStatement
    private let deleteMessages: SQLiteStatement
    private let raiseAcknowledged: SQLiteStatement
    private let insertLetter: SQLiteStatement
    private let dataVersion: SQLiteStatement
    private let selectNewest: SQLiteStatement
    /// The file's version at the last look for messages of others, see ``newestIfOthersWrote()``.
    private var seenVersion: Int64?
    private let partitions: Int
    /// Up to where each partition is known to be empty, so that what the others have waiting there isn't looked through
    /// again.
    private var acknowledged: [Int64]
    /// Reason and body of the letter in hand; the statement reads them here.
    private var letterText = ByteBuffer()

    package init(_ connection: consuming SQLiteConnection, partitions: Int) throws(SQLiteError) {
        self.partitions = partitions
        sequences = try EmbeddedQueueSequences(connection)
        acknowledged = Array(repeating: 0, count: partitions)
        insertMessage = try SQLiteStatement(
            connection, "INSERT INTO messages (position, message_id, jobs, body) VALUES (?, ?, ?, ?)")
        deleteMessages = try SQLiteStatement(
            connection,
            "DELETE FROM messages WHERE position > ?1 AND position <= ?2 AND \(EmbeddedQueuePosition.isOfPartition)")
        raiseAcknowledged = try SQLiteStatement(
            connection,
            """
            INSERT INTO partitions (partition, last_acknowledged) VALUES (?1, ?2)
            ON CONFLICT (partition) DO UPDATE SET last_acknowledged = max(last_acknowledged, ?2)
            """)
        // A redelivered job that fails again keeps its first letter.
        insertLetter = try SQLiteStatement(
            connection,
            """
            INSERT INTO dead_letters (job_id, body, reason, attempts, failed_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (job_id) DO NOTHING
            """)
        // Changes when another connection has committed, never by this one's own commits.
        dataVersion = try SQLiteStatement(connection, "PRAGMA data_version")
        selectNewest = try SQLiteStatement(
            connection,
            """
            SELECT position & \((1 << EmbeddedQueuePosition.partitionBits) - 1), max(position) FROM messages GROUP BY 1
            """)
        self.connection = connection
    }

    /// Makes all of it durable in one transaction, or nothing.
    ///
    /// - Parameter assigned: is replaced by the sequences of `outgoing`, one for each message in its order.
    /// - Throws: with ``SQLiteError/outcome`` `notCommitted` when it is certain that nothing will turn up later.
    ///   `unknown` means that the disk failed so badly that this can't be made certain; the next commit that succeeds
    ///   does.
    package func commit(
        _ outgoing: borrowing OutgoingMessages, acknowledgements: [EmbeddedAcknowledgement] = [],
        deadLetters: [DeadLetter] = [], assigned: inout [Int64]
    ) throws(SQLiteError) {
        assigned.removeAll(keepingCapacity: true)
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            try sequences.refresh()
            // First, so that new messages go where old ones were.
            for acknowledgement in acknowledgements { try acknowledge(acknowledgement) }
            let bytes = outgoing.bytes.bytes
            for index in outgoing.messages.indices {
                assigned.append(try insert(outgoing.messages[index], bytes))
            }
            for letter in deadLetters { try insert(letter) }
            try connection.commit()
            for acknowledgement in acknowledgements {
                let partition = acknowledgement.partition
                acknowledged[partition] = max(acknowledged[partition], acknowledgement.throughSequence)
            }
        } catch {
            connection.rollBack()
            sequences.forget()
            assigned.removeAll(keepingCapacity: true)
            throw settled(error)
        }
    }

    /// The newest message of each partition that has any, when another connection has written to the file since the
    /// last call: an operator's command that replays dead letters, say. Nothing otherwise, which costs next to nothing.
    package func newestIfOthersWrote() throws(SQLiteError) -> [(partition: Int, sequence: Int64)] {
        defer { dataVersion.reset() }
        let version = try dataVersion.step() ? dataVersion.integer(0) : nil
        guard version == nil || version != seenVersion else { return [] }
        defer { selectNewest.reset() }
        var newest: [(partition: Int, sequence: Int64)] = []
        while try selectNewest.step() {
            newest.append((Int(selectNewest.integer(0)), EmbeddedQueuePosition.sequence(of: selectNewest.integer(1))))
        }
        seenVersion = version
        return newest
    }

    private func acknowledge(_ acknowledgement: EmbeddedAcknowledgement) throws(SQLiteError) {
        let (partition, sequence) = (acknowledgement.partition, acknowledgement.throughSequence)
        try deleteMessages.bind(1, EmbeddedQueuePosition.of(partition: partition, sequence: acknowledged[partition]))
        try deleteMessages.bind(2, EmbeddedQueuePosition.of(partition: partition, sequence: sequence))
        try deleteMessages.bind(3, Int64(partition))
        try deleteMessages.run()
        try raiseAcknowledged.bind(1, Int64(partition))
        try raiseAcknowledged.bind(2, sequence)
        try raiseAcknowledged.run()
    }

    private func insert(_ message: OutgoingMessage, _ bytes: UnsafeRawBufferPointer) throws(SQLiteError) -> Int64 {
        precondition(message.partition >= 0 && message.partition < partitions)
        let sequence = sequences.next()
        try insertMessage.bind(1, EmbeddedQueuePosition.of(partition: message.partition, sequence: sequence))
        try insertMessage.bind(2, message.id)
        try insertMessage.bind(3, Int64(message.jobs))
        try insertMessage.bind(4, blob: message.body.of(bytes))
        try insertMessage.run()
        return sequence
    }

    private func insert(_ letter: DeadLetter) throws(SQLiteError) {
        if let id = letter.jobID { try insertLetter.bind(1, id) } else { try insertLetter.bindNull(1) }
        try insertLetter.bind(4, Int64(letter.attempts))
        try insertLetter.bind(5, letter.failedAtMilliseconds)
        letterText.removeAll()
        letterText.append(string: letter.reason)
        let reasonCount = letterText.count
        letter.body.withUnsafeBytes { letterText.append($0) }
        let text = letterText.bytes
        try insertLetter.bind(2, blob: UnsafeRawBufferPointer(rebasing: text[reasonCount...]))
        try insertLetter.bind(3, text: UnsafeRawBufferPointer(rebasing: text[..<reasonCount]))
        try insertLetter.run()
    }

    /// Turns an unknown outcome into "not committed" where that is possible.
    ///
    /// A commit record whose sync failed lies in the log, where SQLite would find it after a crash. But it lies behind
    /// the last valid frame, and that is where the next transaction is written: its frames take the place of the first
    /// ones, and the chain of checksums no longer leads to the old record. So a transaction that is made durable
    /// settles it.
    private func settled(_ error: SQLiteError) -> SQLiteError {
        guard error.outcome == .unknown else { return error }
        var settled = error
        do throws(SQLiteError) {
            try probe()
            settled.outcome = .notCommitted
        } catch {}
        return settled
    }

    /// Makes a small transaction durable, for nothing but to see that it can be done.
    package func probe() throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.execute(
                "BEGIN IMMEDIATE; UPDATE meta SET value = value + 1 WHERE name = 'failed_commits'; COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }
}

@available(*, unavailable)
extension EmbeddedQueueWriter: Sendable {}
