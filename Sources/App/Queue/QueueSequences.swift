/// Gives messages their sequences: above all that were ever used in their partition.
///
/// They are kept in memory and read again only after somebody else wrote to the file, as an operator's command does. To be
/// used inside a write transaction, where nobody else can.
final class QueueSequences {
    private let dataVersion: SQLiteStatement
    private let selectLast: SQLiteStatement
    private let partitions: Int
    private var last: [Int64] = []
    private var seenVersion: Int64?

    init(_ connection: borrowing SQLiteConnection, partitions: Int) throws(SQLiteError) {
        self.partitions = partitions
        // Changes when another connection has committed, never by this one's own commits.
        dataVersion = try SQLiteStatement(connection, "PRAGMA data_version")
        selectLast = try SQLiteStatement(
            connection,
            """
            SELECT max(
                ifnull((SELECT max(position) FROM messages WHERE position >= ?1 AND position <= ?2), ?1),
                ?1 + ifnull((SELECT last_acknowledged FROM partitions WHERE partition = ?3), 0))
            """)
    }

    /// Brings the memory up to date with the file.
    func refresh() throws(SQLiteError) {
        defer { dataVersion.reset() }
        let version = try dataVersion.step() ? dataVersion.integer(0) : nil
        guard version == nil || version != seenVersion else { return }
        last.removeAll(keepingCapacity: true)
        for partition in 0..<partitions { last.append(try readLast(partition)) }
        seenVersion = version
    }

    /// Forgets everything, because the transaction that took sequences was rolled back.
    func forget() { seenVersion = nil }

    /// The highest one in use, 0 for none.
    func last(in partition: Int) -> Int64 { last[partition] }

    func next(in partition: Int) -> Int64 {
        last[partition] += 1
        return last[partition]
    }

    private func readLast(_ partition: Int) throws(SQLiteError) -> Int64 {
        defer { selectLast.reset() }
        try selectLast.bind(1, QueuePosition.of(partition: partition, sequence: 0))
        try selectLast.bind(2, QueuePosition.of(partition: partition, sequence: QueuePosition.largestSequence))
        try selectLast.bind(3, Int64(partition))
        return try selectLast.step() ? QueuePosition.sequence(of: selectLast.integer(0)) : 0
    }
}

@available(*, unavailable)
extension QueueSequences: Sendable {}
