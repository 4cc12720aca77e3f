package import Orders
import Reactor
package import Store

/// Reads waiting messages. One for each worker thread.
package final class EmbeddedQueueReader {
    private let connection: SQLiteConnection
    private let selectMessages: SQLiteStatement
    private let selectOldest: SQLiteStatement
    private let partitions: Int

    package init(_ connection: consuming SQLiteConnection, partitions: Int) throws(SQLiteError) {
        self.partitions = partitions
        selectMessages = try SQLiteStatement(
            connection,
            """
            SELECT position, message_id, jobs, body FROM messages
            WHERE position > ?1 AND position <= ?2 AND \(EmbeddedQueuePosition.isOfPartition) ORDER BY position
            """)
        selectOldest = try SQLiteStatement(
            connection,
            """
            SELECT message_id FROM messages
            WHERE position > ?1 AND position <= ?2 AND \(EmbeddedQueuePosition.isOfPartition) ORDER BY position LIMIT 1
            """)
        self.connection = connection
    }

    /// Replaces the content of `fetched` by the messages of `partition` behind `sequence`, 0 for all, in their order,
    /// up to `last`: as many as hold `maxJobs` jobs at most, but one in any case. None when nothing waits there.
    package func fetch(
        partition: Int, after sequence: Int64, through last: Int64 = EmbeddedQueuePosition.largestSequence,
        maxJobs: Int, into fetched: inout FetchedMessages
    ) throws(SQLiteError) {
        fetched.removeAll()
        // The snapshot is held only while the rows are copied: a reader in the log keeps it from starting over.
        defer { selectMessages.reset() }
        try selectMessages.bind(1, EmbeddedQueuePosition.of(partition: partition, sequence: sequence))
        try selectMessages.bind(2, EmbeddedQueuePosition.of(partition: partition, sequence: last))
        try selectMessages.bind(3, Int64(partition))
        var jobsLeft = maxJobs
        while try selectMessages.step() {
            let jobs = Int(selectMessages.integer(2))
            guard fetched.messages.isEmpty || jobs <= jobsLeft else {
                fetched.isCutShort = true
                return
            }
            jobsLeft -= jobs
            try appendRow(jobs: jobs, to: &fetched)
        }
    }

    /// The id of the first message of `partition` behind `sequence` that is not durably acknowledged; nil when none
    /// waits.
    package func oldestMessage(partition: Int, after sequence: Int64 = 0) throws(SQLiteError) -> UUID? {
        defer { selectOldest.reset() }
        try selectOldest.bind(1, EmbeddedQueuePosition.of(partition: partition, sequence: sequence))
        try selectOldest.bind(
            2, EmbeddedQueuePosition.of(partition: partition, sequence: EmbeddedQueuePosition.largestSequence))
        try selectOldest.bind(3, Int64(partition))
        return try selectOldest.step() ? selectOldest.uuid(0) : nil
    }

    /// Visits all waiting messages, partition by partition, each in its order, some at a time.
    package func visitWaiting(
        _ visit: (_ partition: Int, _ messages: borrowing FetchedMessages) -> Void
    ) throws(SQLiteError) {
        var fetched = FetchedMessages()
        for partition in 0..<partitions {
            try fetch(partition: partition, after: 0, maxJobs: 8192, into: &fetched)
            while let last = fetched.messages.last {
                visit(partition, fetched)
                try fetch(partition: partition, after: last.sequence, maxJobs: 8192, into: &fetched)
            }
        }
    }

    private func appendRow(jobs: Int, to fetched: inout FetchedMessages) throws(SQLiteError) {
        guard let id = selectMessages.uuid(1) else { throw .damaged("a queued message has no id") }
        let start = fetched.bytes.count
        selectMessages.withBlob(3) { fetched.bytes.append($0) }
        fetched.messages.append(
            FetchedMessage(
                sequence: EmbeddedQueuePosition.sequence(of: selectMessages.integer(0)), id: id, jobs: jobs,
                body: ByteRange(start: start, count: fetched.bytes.count - start)))
    }
}

@available(*, unavailable)
extension EmbeddedQueueReader: Sendable {}
