import Orders
import Reactor

/// The table of idempotency keys, within a transaction that somebody else opened.
struct MariaDBRecordedKeys: ~Copyable {
    /// Where a request's order is recorded.
    private struct Place: Hashable {
        var key: [UInt8]
        var position: Int
    }

    /// Rows of one statement, some 400 bytes each.
    private static let rowsPerStatement = 256

    private var sql = ByteBuffer()
    /// The id seeds that are recorded, those of the batch in hand included as far as it has come.
    private var idSeeds: [Place: UUID] = [:]

    /// Reads what is recorded for the orders of `batch`.
    ///
    /// Another worker may record one of them at the same time. Then the INSERT fails by a duplicate, and the
    /// transaction begins anew.
    mutating func find(_ batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection) throws(MariaDBError) {
        idSeeds.removeAll(keepingCapacity: true)
        guard !batch.marks.isEmpty else { return }
        let text = batch.text.bytes
        for first in stride(from: 0, to: batch.marks.count, by: Self.rowsPerStatement) {
            sql.removeAll()
            sql.append("SELECT idempotency_key, position, seed FROM idempotency_keys WHERE ")
            for index in first..<min(first + Self.rowsPerStatement, batch.marks.count) {
                let mark = batch.marks[index]
                // Not (key, position) IN (...): not every server uses the index for that.
                sql.append(index == first ? "(idempotency_key = " : " OR (idempotency_key = ")
                sql.append(hexLiteral: mark.key.of(text))
                sql.append(" AND position = ")
                sql.append(decimal: UInt64(mark.position))
                sql.append(")")
            }
            let rows = try connection.query(sql.bytes)
            while rows.step() {
                guard let key = rows.withText(0, { $0.map { [UInt8]($0) } }), let idSeed = rows.uuid(2) else {
                    continue
                }
                idSeeds[Place(key: key, position: Int(rows.integer(1)))] = idSeed
            }
        }
    }

    enum Finding {
        /// The order was created before.
        case repeated
        /// To be recorded with the order.
        case new
        /// What is recorded is no longer remembered; to be recorded in its place.
        case replaces
        /// Recorded with another id seed, which stays.
        case other
    }

    /// What to do for the next order of the batch; it is taken for done.
    mutating func take(_ mark: KeyMark, of batch: borrowing JobBatch) -> Finding {
        let place = Place(key: [UInt8](mark.key.of(batch.text.bytes)), position: mark.position)
        guard let idSeed = idSeeds[place] else {
            idSeeds[place] = mark.record.idSeed
            return .new
        }
        if idSeed == mark.record.idSeed { return .repeated }
        guard mark.record.outlives(idSeed) else { return .other }
        idSeeds[place] = mark.record.idSeed
        return .replaces
    }

    /// Deletes at most `limit` of those that were recorded before `boundary`, in a transaction of its own, so that
    /// nobody waits for its locks. It looks first whether there are any: a DELETE that finds none locks the place where
    /// they could be.
    mutating func prune(
        before boundary: Int64, limit: Int, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) {
        guard try connection.integer("SELECT 1 FROM idempotency_keys WHERE created < \(boundary) LIMIT 1") != nil
        else { return }
        try connection.run("DELETE FROM idempotency_keys WHERE created < \(boundary) ORDER BY created LIMIT \(limit)")
    }
}
