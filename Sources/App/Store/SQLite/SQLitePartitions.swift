import Orders

/// The statements for `order_partitions`, inside a transaction that somebody else opened. A partition gets its row with
/// the first batch that has something to remember.
final class SQLitePartitions {
    private let select: SQLiteStatement
    private let raise: SQLiteStatement

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        select = try SQLiteStatement(
            connection, "SELECT max(CASE WHEN partition = ? THEN highest END), max(reset) FROM order_partitions")
        raise = try SQLiteStatement(
            connection,
            """
            INSERT INTO order_partitions (partition, highest, reset)
            SELECT ?, ?, ifnull(max(reset), 0) FROM order_partitions WHERE TRUE
            ON CONFLICT (partition) DO UPDATE SET highest = excluded.highest
            """)
    }

    func state(of partition: Int) throws(SQLiteError) -> PartitionState {
        defer { select.reset() }
        try select.bind(1, Int64(partition))
        guard try select.step() else { return PartitionState() }
        return PartitionState(highest: .stored(select.integer(0)), reset: .stored(select.integer(1)))
    }

    func raise(_ partition: Int, to highest: OrderVersion) throws(SQLiteError) {
        try raise.bind(1, Int64(partition))
        try raise.bind(2, Int64(highest.number))
        try raise.run()
    }
}

@available(*, unavailable)
extension SQLitePartitions: Sendable {}
