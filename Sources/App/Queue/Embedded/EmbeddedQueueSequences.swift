import Store

/// Gives messages their sequences: above all that were ever used.
///
/// The last one is kept in memory and read again only after somebody else wrote to the file, as an operator's command
/// does. To be used inside a write transaction, where nobody else can.
final class EmbeddedQueueSequences {
    private let dataVersion: SQLiteStatement
    private let selectLast: SQLiteStatement
    private var seenVersion: Int64?

    /// The highest one in use, 0 for none.
    private(set) var last: Int64 = 0

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        // Changes when another connection has committed, never by this one's own commits.
        dataVersion = try SQLiteStatement(connection, "PRAGMA data_version")
        selectLast = try SQLiteStatement(
            connection,
            """
            SELECT max(
                ifnull((SELECT max(position) FROM messages) >> \(EmbeddedQueuePosition.partitionBits), 0),
                ifnull((SELECT max(last_acknowledged) FROM partitions), 0))
            """)
    }

    /// Brings the memory up to date with the file.
    func refresh() throws(SQLiteError) {
        defer { dataVersion.reset() }
        let version = try dataVersion.step() ? dataVersion.integer(0) : nil
        guard version == nil || version != seenVersion else { return }
        defer { selectLast.reset() }
        last = try selectLast.step() ? selectLast.integer(0) : 0
        seenVersion = version
    }

    /// Forgets everything, because the transaction that took sequences was rolled back.
    func forget() { seenVersion = nil }

    func next() -> Int64 {
        last += 1
        return last
    }
}

@available(*, unavailable)
extension EmbeddedQueueSequences: Sendable {}
