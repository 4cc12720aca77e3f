import Reactor
import TestServers
import Testing

@testable import Store

/// What a page costs the server.
@Suite final class MariaDBPageTests {
    private let endpoint: MariaDBEndpoint
    private let connection: MariaDBConnection

    init() throws {
        let server = try MariaServer.shared()
        endpoint = try server.makeEndpoint()
        try MariaDBDatabase(endpoint).install()
        connection = try MariaDBConnection.open(endpoint, .maintenance)
        try connection.run(
            """
            INSERT INTO orders (id, customer_name, status)
            SELECT concat('order-', seq), 'Ada', if(seq % 1000 = 0, 'lost', 'received') FROM seq_1_to_4000
            """)
        try connection.run(
            "INSERT INTO order_items (order_id, item_name, quantity) SELECT id, 'Tea', 1 FROM orders")
        _ = try connection.query("ANALYZE TABLE orders, order_items")
    }

    private func query(after cursor: Int64?, status: String?) -> ByteBuffer {
        var name = ByteBuffer()
        var sql = ByteBuffer()
        if let status { name.append(string: status) }
        MariaDBOrderQueries.appendPageQuery(
            rows: 11, after: cursor, status: status == nil ? nil : name.bytes, connection, to: &sql)
        return sql
    }

    @Test(
        "A page reads its own orders and no others, whatever status is asked for and wherever it begins",
        arguments: [Int64?.none, 5, 2500],
        [String?.none, "received", "lost", "unknown", "RECEIVED", "received ", "receive"])
    func rowsRead(cursor: Int64?, status: String?) throws {
        try connection.run("FLUSH STATUS")
        let sql = query(after: cursor, status: status)
        let rows = try connection.query(sql.bytes)
        var found = 0
        while rows.step() { found += 1 }
        // Each order is read from an index, from the table, and from the page in memory; so are its items.
        let reads = try connection.query("SHOW SESSION STATUS LIKE 'Handler_read%'")
        var sum: Int64 = 0
        while reads.step() { sum += reads.integer(1) }
        #expect(sum <= 8 * Int64(found) + 8, "\(sum) reads for \(found) rows")
        switch status {
        case nil, "received": #expect(found == (cursor == 5 ? 4 : 11))
        case "lost": #expect(found == (cursor == nil ? 4 : cursor == 5 ? 0 : 2))
        default: #expect(found == 0)
        }
    }

    @Test(
        "Orders come from the index of the list, items from that of their order", arguments: [String?.none, "received"])
    func plan(status: String?) throws {
        let sql = query(after: 2500, status: status)
        var explain = ByteBuffer()
        explain.append("EXPLAIN ")
        explain.append(sql.bytes)
        let rows = try connection.query(explain.bytes)
        var keys: [String: String] = [:]
        while rows.step() { keys[rows.string(2) ?? ""] = rows.string(5) }
        #expect(keys["orders"] == (status == nil ? "ix_orders_seq" : "ix_orders_status_seq"))
        #expect(keys["i"] == "ix_order_items_order_id", "\(keys)")
    }
}
