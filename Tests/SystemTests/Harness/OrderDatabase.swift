import TestServers

/// The orders in a SQLite file, read past the server.
struct OrderDatabase: StoredOrders {
    let file: SQLiteFile

    init(_ path: String) throws { file = try SQLiteFile(path) }

    init(_ file: SQLiteFile) { self.file = file }

    func orders() throws -> [String: TestOrder] {
        try file.execute("BEGIN")
        defer { try? file.execute("ROLLBACK") }
        var orders: [String: TestOrder] = [:]
        for row in try file.rows("SELECT id, customer_name, status FROM orders") {
            guard case (.text(let id), .text(let customer), .text(let status)) = (row[0], row[1], row[2]) else {
                throw SQLiteFile.Failure(description: "not an order: \(row)")
            }
            guard orders.updateValue(TestOrder(customer: customer, status: status, items: []), forKey: id) == nil else {
                throw SQLiteFile.Failure(description: "twice: \(id)")
            }
        }
        for row in try file.rows("SELECT order_id, item_name, quantity FROM order_items ORDER BY id") {
            guard case (.text(let id), .text(let name), .integer(let quantity)) = (row[0], row[1], row[2]) else {
                throw SQLiteFile.Failure(description: "not an item: \(row)")
            }
            guard orders[id] != nil else { throw SQLiteFile.Failure(description: "an item of no order: \(row)") }
            orders[id]?.items.append(TestOrder.Item(name: name, quantity: Int(quantity)))
        }
        return orders
    }

    func count() throws -> Int { try file.integer("SELECT count(*) FROM orders") }

    func idsNewestFirst() throws -> [String] {
        try file.rows("SELECT id FROM orders ORDER BY rowid DESC").map { row in
            guard case .text(let id) = row[0] else { throw SQLiteFile.Failure(description: "not an id: \(row)") }
            return id
        }
    }
}

/// The queue file, read past the server.
struct QueueFile {
    let file: SQLiteFile

    init(_ path: String) throws { file = try SQLiteFile(path) }

    func waitingMessages() throws -> Int { try file.integer("SELECT count(*) FROM messages") }

    /// Whether all that was accepted has been applied and acknowledged.
    func hasDrained(within seconds: Double = 30) throws -> Bool {
        try eventually(within: seconds) { try waitingMessages() == 0 }
    }

    /// Puts messages behind the two or more that are there, at the same distance: one for each element.
    func put(_ messages: [[QueuedJob]]) throws {
        let last = try file.integer("SELECT max(position) FROM messages")
        let distance = last - (try file.integer("SELECT min(position) FROM messages"))
        for (index, jobs) in messages.enumerated() {
            let body = jobs.map { $0.line + "\n" }.joined()
            let id = [UInt8](repeating: 0xff, count: 15) + [UInt8(index + 1)]
            try file.rows(
                "INSERT INTO messages (position, message_id, jobs, body) VALUES (?, ?, ?, ?)",
                [
                    .integer(Int64(last + distance * (index + 1))), .blob(id), .integer(Int64(jobs.count)),
                    .blob(Array(body.utf8)),
                ])
        }
    }
}
