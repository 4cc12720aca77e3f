import TestServers

/// The orders in a MariaDB database, read past the service.
struct MariaOrders: StoredOrders {
    struct Failure: Error {
        let description: String
    }

    private let server: MariaServer
    private let database: String

    init(_ server: MariaServer, database: String) {
        self.server = server
        self.database = database
    }

    func orders() throws -> [String: TestOrder] {
        guard try hasTables() else { return [:] }
        // Texts in hexadecimal, whatever is in them.
        let rows = try rows(
            """
            START TRANSACTION;
            SELECT 'order', id, HEX(CONVERT(customer_name USING utf8mb4)), HEX(CONVERT(status USING utf8mb4))
                FROM \(database).orders;
            SELECT 'item', order_id, HEX(CONVERT(item_name USING utf8mb4)), quantity FROM \(database).order_items ORDER BY id;
            """)
        var orders: [String: TestOrder] = [:]
        for row in rows {
            guard row.count == 4 else { throw Failure(description: "not a row: \(row)") }
            if row[0] == "order" {
                let order = TestOrder(customer: try Self.text(row[2]), status: try Self.text(row[3]), items: [])
                guard orders.updateValue(order, forKey: row[1]) == nil else {
                    throw Failure(description: "twice: \(row[1])")
                }
            } else {
                guard orders[row[1]] != nil, let quantity = Int(row[3]) else {
                    throw Failure(description: "an item of no order: \(row)")
                }
                orders[row[1]]?.items.append(TestOrder.Item(name: try Self.text(row[2]), quantity: quantity))
            }
        }
        return orders
    }

    func count() throws -> Int {
        guard try hasTables() else { return 0 }
        guard let count = Int(try rows("SELECT count(*) FROM \(database).orders").first?.first ?? "") else {
            throw Failure(description: "no count")
        }
        return count
    }

    func idsNewestFirst() throws -> [String] {
        try rows("SELECT id FROM \(database).orders ORDER BY seq DESC").map { $0[0] }
    }

    /// Before the service has made them there are no orders.
    private func hasTables() throws -> Bool {
        let count = try rows(
            """
            SELECT count(*) FROM information_schema.tables
                WHERE table_schema = '\(database)' AND table_name IN ('orders', 'order_items')
            """)
        return count == [["2"]]
    }

    private func rows(_ statements: String) throws -> [[String]] {
        try server.sql(statements).split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func text(_ digits: String) throws -> String {
        let digits = Array(digits.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16)
        }
        guard bytes.count * 2 == digits.count, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(description: "no text: \(digits)")
        }
        return text
    }
}
