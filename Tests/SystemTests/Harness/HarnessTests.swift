import TestServers
import Testing

extension SystemTests {
    /// The other tests believe what these look at.
    @Suite("What tests see of a cluster, past the service") struct HarnessTests {
        @Test("Orders in MariaDB are read as they are, whatever is in their texts")
        func mariaDB() throws {
            let space = try ClusterSpace(on: try ClusterServers.shared.get())
            try space.servers.maria.sql(
                """
                USE \(space.databaseName);
                CREATE TABLE orders (id varchar(36) PRIMARY KEY, customer_name varchar(80), status varchar(20));
                CREATE TABLE order_items (id int PRIMARY KEY, item_name varchar(80), quantity int, order_id varchar(36));
                INSERT INTO orders VALUES ('a', 'Zoë 🍵', 'new'), ('b', 'tab\\tline\\nquote\\'', 'é');
                INSERT INTO order_items VALUES (2, 'second', 7, 'a'), (1, 'fir\\\\st', 1, 'a');
                """)
            let stored = MariaOrders(space.servers.maria, database: space.databaseName)
            let expected = [
                "a": TestOrder(
                    customer: "Zoë 🍵", status: "new",
                    items: [.init(name: #"fir\st"#, quantity: 1), .init(name: "second", quantity: 7)]),
                "b": TestOrder(customer: "tab\tline\nquote'", status: "é", items: []),
            ]
            #expect(try stored.orders() == expected)
            #expect(try stored.count() == 2)
        }

        @Test("Messages are counted while they wait, in queues of either type and only in those of the deployment")
        func rabbitMQ() throws {
            let spaces = try (0..<2).map { _ in try ClusterSpace(on: try ClusterServers.shared.get()) }
            let client = spaces[0].otherClient
            for space in spaces {
                let name = space.queueName
                for queue in [name, name + ".0", name + ".dead"] { try client.declare(queue) }
                try client.publish(["one", "two"], to: name)
                try client.publish(["three"], contentType: "text/plain", to: name + ".0")
                try client.publish(["four"], to: name + ".dead")
                #expect(try space.messages() == 3)
            }
            let name = spaces[0].queueName
            let messages = try client.messages(in: name + ".0")
            #expect(messages.map(\.body) == ["three"])
            #expect(messages.first?.properties["content_type"] == .string("text/plain"))
            #expect(messages.first?.properties["message_id"] == .null)
            #expect(try client.waiting(in: [name, "nowhere", name + ".dead"]) == [2, nil, 1])
        }

        @Test("Numbers of JSON: fractions, however small, only where they are expected")
        func numbers() {
            func number(_ text: String, takesFractions: Bool = true) -> JSON? {
                JSON(Array(text.utf8), takesFractions: takesFractions)
            }
            #expect(number("-12") == .integer(-12) && number("0.25") == .fraction(0.25))
            #expect(number("5e-05") == .fraction(0.00005) && number("1.5e+20") == .fraction(1.5e20))
            for text in ["0.25", "5e-05", "5e5"] { #expect(number(text, takesFractions: false) == nil) }
            for text in ["", "-", "1.2.3", "e5", "1e", "1ee5", "0x1"] { #expect(number(text) == nil, "\(text)") }
        }

        @Test("Each deployment begins with an empty Redis database of its own")
        func redis() throws {
            let spaces = try (0..<2).map { _ in try ClusterSpace(on: try ClusterServers.shared.get()) }
            _ = try spaces[0].redis("SET", "key", "value")
            #expect(try spaces[0].redis("GET", "key") == "value\n")
            #expect(try spaces[1].redis("DBSIZE") == "0\n")
        }
    }
}
