import TestServers
import Testing

extension SystemTests {
    @Suite("A database of the Flask service") struct TakeoverTests {
        let directory = TemporaryDirectory()

        /// As SQLAlchemy writes it for the models of that service.
        private let tables = """
            CREATE TABLE orders (
            	id VARCHAR(36) NOT NULL, 
            	customer_name VARCHAR(80) NOT NULL, 
            	status VARCHAR(20) NOT NULL, 
            	PRIMARY KEY (id)
            );
            CREATE TABLE order_items (
            	id INTEGER NOT NULL, 
            	item_name VARCHAR(80) NOT NULL, 
            	quantity INTEGER NOT NULL, 
            	order_id VARCHAR(36) NOT NULL, 
            	PRIMARY KEY (id), 
            	FOREIGN KEY(order_id) REFERENCES orders (id)
            );
            """

        @Test("It is taken over: its orders are shown, listed, changed and deleted, next to new ones")
        func takeover() throws {
            let old = try makeDatabase(count: 40)
            let server = try ServerProcess(in: directory)
            let client = server.client()
            for (id, order) in old { #expect(try client.show(id).json == order.json(id: id)) }
            let list = try client.get("/orders?limit=1000").json
            #expect(list["total_orders"] == .integer(old.count))
            #expect(Set(list["orders"]?.array?.compactMap { $0["order_id"]?.text } ?? []) == Set(old.keys))

            let ids = old.keys.sorted()
            var expected = old
            for id in ids[0..<10] {
                #expect(try client.update(id, status: "packed").status == 202)
                expected[id]?.status = "packed"
            }
            for id in ids[5..<15] {
                #expect(try client.delete(id).status == 202)
                expected[id] = nil
            }
            let added = TestOrder(customer: "new")
            expected[try #require(try client.create(added).json["order_id"]?.text)] = added

            let database = try OrderDatabase(directory.file("orders.db"))
            #expect(try eventually { try database.orders() == expected })
            #expect(try eventually { try client.total() == expected.count })
            for id in ids[5..<15] { #expect(try client.show(id).status == 404) }
            #expect(server.stop() == .exited(0))
            #expect(try database.file.integrity() == "ok")
        }

        /// The file with `count` orders in it: UUIDv4 ids, texts beyond ASCII, one to four items each.
        private func makeDatabase(count: Int) throws -> [String: TestOrder] {
            let file = try SQLiteFile(directory.file("orders.db"))
            try file.execute(tables)
            var random = SeededGenerator(seed: 4)
            var orders: [String: TestOrder] = [:]
            for number in 0..<count {
                let id = Self.randomID(&random)
                let order = TestOrder(customer: "Müller & Söhne №\(number)")
                orders[id] = order
                try file.rows(
                    "INSERT INTO orders VALUES (?, ?, ?)", [.text(id), .text(order.customer), .text(order.status)])
                for item in order.items {
                    try file.rows(
                        "INSERT INTO order_items (item_name, quantity, order_id) VALUES (?, ?, ?)",
                        [.text(item.name), .integer(Int64(item.quantity)), .text(id)])
                }
            }
            return orders
        }

        private static func randomID(_ random: inout SeededGenerator) -> String {
            var digits = (0..<32).map { _ in Array("0123456789abcdef")[Int.random(in: 0..<16, using: &random)] }
            digits[12] = "4"
            digits[16] = "a"
            for position in [8, 13, 18, 23] { digits.insert("-", at: position) }
            return String(digits)
        }
    }
}
