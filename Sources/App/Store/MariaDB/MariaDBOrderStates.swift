import Orders
import Reactor

/// The query that tells what the database knows of many orders, within a transaction that somebody else opened.
struct MariaDBOrderStates: ~Copyable {
    /// Ids of one list. MariaDB makes a table of a list of a thousand, and then reads the wrong one first.
    private static let idsPerList = 512
    /// Some 160 KB.
    private static let listsPerQuery = 4

    private var sql = ByteBuffer()

    /// See ``BatchWriter/look(up:for:)``. One round trip, unless there are more than two thousand ids.
    mutating func look(
        up lookup: OrderLookup, for join: inout OrderJoin, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) -> Bool {
        let idsPerQuery = Self.idsPerList * Self.listsPerQuery
        var first = 0
        repeat {
            sql.removeAll()
            let end = min(first + idsPerQuery, lookup.orders.count)
            for start in stride(from: first, to: end, by: Self.idsPerList) {
                append(list: lookup.orders[start..<min(start + Self.idsPerList, end)])
            }
            first = end
            if end == lookup.orders.count, let created = lookup.created { append(created, limit: lookup.mostAbsent) }
            guard !sql.isEmpty else { return true }
            let found = try learn(for: &join, connection)
            guard found <= lookup.mostAbsent else { return false }
        } while first < lookup.orders.count
        return true
    }

    private enum Source: Int64 {
        case orders
        case absent
        /// Of ids that lie in a range.
        case range
    }

    private mutating func append(list ids: ArraySlice<UUID>) {
        begin(.orders, "version, 0, 0 FROM orders WHERE id IN ")
        append(ids)
        begin(.absent, "version, status IS NULL, body IS NOT NULL FROM absent_orders WHERE id IN ")
        append(ids)
    }

    private mutating func append(_ created: ClosedRange<UUID>, limit: Int) {
        if !sql.isEmpty { sql.append(" UNION ALL ") }
        sql.append("(SELECT 2, CAST(id AS BINARY), version, status IS NULL, body IS NOT NULL FROM absent_orders ")
        sql.append("WHERE id BETWEEN ")
        sql.append(quoted: created.lowerBound)
        sql.append(" AND ")
        sql.append(quoted: created.upperBound)
        sql.append(" LIMIT ")
        sql.append(decimal: UInt64(limit + 1))
        sql.append(")")
    }

    private mutating func begin(_ source: Source, _ rest: StaticString) {
        sql.append(sql.isEmpty ? "SELECT " : " UNION ALL SELECT ")
        sql.append(signed: source.rawValue)
        // The tables' ids may have different collations, which a union refuses.
        sql.append(", CAST(id AS BINARY), ")
        sql.append(rest)
    }

    private mutating func append(_ ids: ArraySlice<UUID>) {
        for (index, id) in ids.enumerated() {
            sql.append(byte: index == 0 ? UInt8(ascii: "(") : UInt8(ascii: ","))
            sql.append(quoted: id)
        }
        sql.append(byte: UInt8(ascii: ")"))
    }

    /// Returns how many rows lie in the range.
    private func learn(
        for join: inout OrderJoin, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) -> Int {
        let rows = try connection.query(sql.bytes)
        var inRange = 0
        while rows.step() {
            let source = Source(rawValue: rows.integer(0))
            if source == .range { inRange += 1 }
            guard let id = rows.withText(1, { $0.flatMap { UUID(text: $0) } }) else { continue }
            let version = rows.integer(2)
            if source == .orders {
                join.learn(id, .present(id, column: version))
            } else if case .present = join.state(of: id) {
                // Made by a service that knows no absent orders.
                continue
            } else {
                join.learn(
                    id, .absent(version: version, isDeleted: rows.integer(3) != 0, hasCreation: rows.integer(4) != 0))
            }
        }
        return inRange
    }
}
