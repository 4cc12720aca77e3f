import Orders
import Reactor

/// The table of partitions. A transaction of a worker first locks its partition's row. So one that wakes up late, and
/// works on a partition that is another one's by now, never sees half of what that one does.
enum MariaDBPartitions {
    /// Opens a transaction, and locks the row until it ends. One round trip, but for the first time.
    static func lock(
        _ partition: Int, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) -> PartitionState {
        let select = "SELECT highest, reset FROM order_partitions WHERE `partition` = \(partition) FOR UPDATE"
        if let state = try state(connection.query(last: "START TRANSACTION;" + select)) { return state }
        try connection.run(
            """
            INSERT IGNORE INTO order_partitions (`partition`, highest, reset)
            SELECT \(partition), 0, COALESCE(MAX(reset), 0) FROM order_partitions
            """)
        return try state(connection.query(select)) ?? PartitionState()
    }

    /// The newest version that the database knows: of any job, of a reset, and of an order that an instance has created
    /// which remembers no versions.
    static func newestVersion(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> OrderVersion {
        let known = try connection.integer("SELECT MAX(GREATEST(highest, reset)) FROM order_partitions") ?? 0
        let rows = try connection.query(NewestOrder.sql(nowMilliseconds: WallClock.milliseconds()))
        let newest = rows.step() ? rows.withText(0) { $0.flatMap { UUID(text: $0) } } : nil
        return max(.stored(known), newest.map { OrderVersion(ofCreation: $0) } ?? .none)
    }

    private static func state(_ rows: consuming MariaDBRows) -> PartitionState? {
        guard rows.step() else { return nil }
        return PartitionState(highest: .stored(rows.integer(0)), reset: .stored(rows.integer(1)))
    }
}
