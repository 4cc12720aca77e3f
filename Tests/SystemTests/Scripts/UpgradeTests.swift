import TestServers
import Testing

extension SystemTests {
    /// The steps of docs/migrating-from-flask.md, with another AMQP client and SQL in the place of the Flask service.
    @Suite("Upgrading from the Flask service in place") struct UpgradeTests {
        private let port = FreePort.next()
        private let deployment: Deployment
        private let space: ClusterSpace
        private let scripts: ServiceScripts

        init() throws {
            deployment = try Deployment(.clusterMariaDB)
            space = try #require(deployment.space)
            let settings = deployment.environment(["HOST": "127.0.0.1", "PORT": "\(port)"])
            scripts = ServiceScripts([:], in: deployment.directory)
            // All of it by the file, as the Flask service has it.
            let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'\n" }.joined()
            deployment.directory.write(lines, to: ".env")
        }

        /// The lines that the Flask service's `.env` gets for a while.
        private let borrowed = "RABBITMQ_QUEUE_TYPE=classic\nRABBITMQ_PARTITIONS=1\nRABBITMQ_JOBS_PER_MESSAGE=1\n"
        private var client: HTTPClient { HTTPClient(port: port) }

        @Test("There, back, there again, and at home: nothing is lost, and the total is right each time")
        func wholeWay() throws {
            try sql(
                """
                CREATE TABLE orders (id VARCHAR(36) NOT NULL, customer_name VARCHAR(80), status VARCHAR(20), PRIMARY KEY (id));
                CREATE TABLE order_items (id INTEGER NOT NULL AUTO_INCREMENT, item_name VARCHAR(80), quantity INTEGER,
                    order_id VARCHAR(36), PRIMARY KEY (id), FOREIGN KEY(order_id) REFERENCES orders (id));
                """)
            try insertAsFlask(1)
            try space.otherClient.declare(space.queueName)
            try space.otherClient.publish([job(2)], to: space.queueName)

            let ownSettings = try #require(FileContent.text(of: deployment.directory.file(".env")))
            deployment.directory.write(ownSettings + borrowed, to: ".env")
            #expect(try scripts.start().end == .exited(0), "\(scripts.log("server"))")
            #expect(try eventually { try client.total() == 2 })
            let taken = try #require(try client.create(TestOrder(customer: "taken")).json["order_id"]?.text)
            #expect(try eventually { try client.total() == 3 })

            // The way back: what is taken with nobody who applies it waits in the old form, in the old queue.
            #expect(try scripts.stop().end == .exited(0))
            let api = try deployment.start(
                ["RABBITMQ_QUEUE_TYPE": "classic", "RABBITMQ_PARTITIONS": "1", "RABBITMQ_JOBS_PER_MESSAGE": "1"],
                command: "api")
            #expect(try api.client().create(TestOrder(customer: "waiting")).status == 202)
            #expect(api.stop() == .exited(0))
            #expect(try space.otherClient.messages(in: space.queueName).count == 1)
            try insertAsFlask(4)

            // There again, and counted anew.
            try sql("DELETE FROM order_counter")
            #expect(try scripts.start().end == .exited(0), "\(scripts.log("server"))")
            #expect(try eventually { try client.total() == 5 })

            // At home.
            #expect(try deployment.hasDrained() && scripts.stop().end == .exited(0))
            deployment.directory.write(ownSettings, to: ".env")
            let tooEarly = try deployment.start(until: .listening)
            #expect(
                eventually { tooEarly.log.contains("queue is failing") && tooEarly.log.contains("PRECONDITION_FAILED") }
            )
            #expect(tooEarly.stop() == .exited(0))
            for queue in [space.queueName, space.queueName + ".dead"] {
                #expect(try space.servers.rabbit.control("delete_queue", queue) != nil, "\(queue)")
            }
            #expect(try scripts.start().end == .exited(0), "\(scripts.log("server"))")
            #expect(try client.show(taken).status == 200)
            #expect(try client.create(TestOrder(customer: "at home")).status == 202)
            #expect(try eventually { try client.total() == 6 })
            #expect(try deployment.stored().count() == 6)
            #expect(try space.otherClient.waiting(in: space.partitionQueues) == [0, 0, 0, 0])
            #expect(try scripts.stop().end == .exited(0))
        }

        private func sql(_ statements: String) throws {
            try space.servers.maria.sql(statements, database: space.databaseName)
        }

        private func id(_ number: Int) -> String { "5b0c0f0e-6d2c-4d0e-9a52-00000000000\(number)" }

        private func insertAsFlask(_ number: Int) throws {
            try sql(
                """
                INSERT INTO orders (id, customer_name, status) VALUES ('\(id(number))', 'Ada', 'received');
                INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Tea', 2, '\(id(number))');
                """)
        }

        private func job(_ number: Int) -> String {
            #"{"job_id": "0a3b6c1e-1f2d-4c3b-8a4d-00000000000\#(number)", "type": "create_order", "#
                + #""payload": {"order_id": "\#(id(number))", "customer_name": "Ada", "status": "received", "#
                + #""items": [{"name": "Tea", "quantity": 2}]}, "enqueued_at": 1763800000000}"#
        }
    }
}
