import Orders
import Reactor

/// The statements for `absent_orders` that can't wait for a script. ``MariaDBOrderScript`` has the others.
enum MariaDBAbsentOrders {
    static func creation(
        of order: UUID, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) -> RecordedCreation {
        let rows = try connection.query("SELECT body FROM absent_orders WHERE id = '\(order)'")
        guard rows.step() else { throw .orderChanged }
        var json = ByteBuffer()
        rows.withText(0) { if let body = $0 { json.append(body) } }
        guard let creation = RecordedCreation(json.bytes) else { throw .recordUnreadable }
        return creation
    }

    /// Deletes at most `limit` of those of a partition that were recorded before `boundary`, in a transaction of its
    /// own. It looks first whether there are any: a DELETE that finds none locks the place where they could be.
    static func prune(
        _ partition: Int, before boundary: Int64, limit: Int, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) {
        let old = "FROM absent_orders WHERE `partition` = \(partition) AND recorded < \(boundary)"
        guard try connection.integer("SELECT 1 \(old) LIMIT 1") != nil else { return }
        try connection.run("DELETE \(old) ORDER BY recorded LIMIT \(limit)")
    }
}
