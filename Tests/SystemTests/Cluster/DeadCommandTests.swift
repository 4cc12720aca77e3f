import TestServers
import Testing

extension SystemTests {
    @Suite("spillway dead") struct DeadCommandTests {
        static let setups: [(profile: Profile, settings: [String: String])] = [
            (.embedded, [:]), (.clusterSQLite, ["RABBITMQ_QUEUE_TYPE": "classic"]),
            (.clusterMariaDB, ["RABBITMQ_QUEUE_TYPE": "quorum"]),
        ]

        /// A letter as `list` prints it.
        private struct Letter {
            let name: String
            let jobID: String
            let type: String
            let attempts: Int?
            let reason: String

            init(_ line: String) throws {
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                try #require(fields.count == 6, "\(line)")
                (name, jobID, type, attempts, reason) = (fields[0], fields[1], fields[2], Int(fields[4]), fields[5])
            }
        }

        @Test("A job that the database refuses is listed, shown and replayed, as often as it takes", arguments: setups)
        func replay(profile: Profile, settings: [String: String]) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(settings)
            let client = server.client()
            let refusal = try Refusal(of: "Ada", in: deployment)
            let order = TestOrder(customer: "Ada")
            let created = try client.create(order)
            let (id, jobID) = (try text(created, "order_id"), try text(created, "job_id"))
            let neighbour = TestOrder(customer: "Bob")
            let neighbourID = try text(try client.create(neighbour), "order_id")

            let first = try waitForLetter(deployment, settings, server) { _ in true }
            #expect(first.jobID == jobID && first.type == "create_order" && first.attempts ?? 0 >= 1, "\(first)")
            #expect(first.reason.contains("refuse"), "\(first)")
            for name in [first.name, jobID] {
                let shown = try dead(["show", name], deployment, settings)
                #expect(shown.end == .exited(0) && shown.lines.count == 2, "\(shown)")
                #expect(JSON(Array((shown.lines.last ?? "").utf8))?["payload"] == order.json(id: id), "\(shown)")
            }
            let stored = try deployment.stored()
            #expect(try eventually { try stored.orders() == [neighbourID: neighbour] })
            #expect(try eventually { try client.show(id).status == 404 })

            // The reason is still there: it becomes a letter again.
            let again = try dead(["replay", jobID], deployment, settings)
            #expect(again.end == .exited(0) && again.output == "replayed 1 letter\n", "\(again)")
            let second = try waitForLetter(deployment, settings, server) { $0.name != first.name }
            #expect(second.jobID == jobID, "\(second)")

            try refusal.lift()
            let last = try dead(["replay", second.name], deployment, settings)
            #expect(last.end == .exited(0) && last.output == "replayed 1 letter\n", "\(last)")
            #expect(try eventually { try stored.orders() == [id: order, neighbourID: neighbour] }, "\(server.log)")
            #expect(try eventually { try client.show(id).json == order.json(id: id) })
            #expect(try letters(deployment, settings).isEmpty)
            #expect(server.stop() == .exited(0))
            #expect(try stored.count() == 2)
        }

        @Test("A job can be dropped for good, and what is no letter is said to be none", arguments: setups)
        func discard(profile: Profile, settings: [String: String]) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(settings)
            let client = server.client()
            let refusal = try Refusal(of: "Ada", in: deployment)
            let jobs = try (0..<3).map { _ in try text(try client.create(TestOrder(customer: "Ada")), "job_id") }
            #expect(try eventually(within: 30) { try letters(deployment, settings).count == 3 }, "\(server.log)")
            let none = try dead(["replay", QueuedJob.jobID(1)], deployment, settings)
            #expect(none.end == .exited(1) && none.errors.contains(QueuedJob.jobID(1)), "\(none)")

            let one = try dead(["discard", jobs[1]], deployment, settings)
            #expect(one.end == .exited(0) && one.output == "discarded 1 letter\n", "\(one)")
            #expect(try Set(letters(deployment, settings).map(\.jobID)) == [jobs[0], jobs[2]])
            let rest = try dead(["discard", "all"], deployment, settings)
            #expect(rest.end == .exited(0) && rest.output == "discarded 2 letters\n", "\(rest)")
            #expect(try letters(deployment, settings).isEmpty)
            try refusal.lift()
            #expect(try client.create(TestOrder(customer: "Bob")).status == 202)
            #expect(try eventually { try client.total() == 1 })
            #expect(try deployment.stored().count() == 1)
            #expect(server.stop() == .exited(0))
        }

        private func dead(
            _ arguments: [String], _ deployment: Deployment, _ settings: [String: String]
        ) throws -> SpillwayCommand {
            let flags = deployment.profile == .embedded ? ["--embedded"] : []
            return try deployment.run(["dead"] + arguments + flags, settings)
        }

        private func letters(_ deployment: Deployment, _ settings: [String: String]) throws -> [Letter] {
            let list = try dead(["list"], deployment, settings)
            try #require(list.end == .exited(0), "\(list)")
            return try list.lines.map(Letter.init)
        }

        /// The only letter, when it is one that `isExpected`.
        private func waitForLetter(
            _ deployment: Deployment, _ settings: [String: String], _ server: ServerProcess,
            _ isExpected: (Letter) -> Bool
        ) throws -> Letter {
            var found: [Letter] = []
            _ = try eventually(within: 30) {
                found = try letters(deployment, settings)
                return found.count == 1 && isExpected(found[0])
            }
            return try #require(found.count == 1 && isExpected(found[0]) ? found[0] : nil, "\(found) \(server.log)")
        }

        private func text(_ answer: HTTPAnswer, _ member: String) throws -> String {
            try #require(answer.json[member]?.text, "\(answer.status) \(answer.text)")
        }
    }
}

/// Makes a database refuse the orders of one customer, for a reason that does not pass by itself: `refuse`.
private struct Refusal {
    private let deployment: Deployment

    init(of customer: String, in deployment: Deployment) throws {
        self.deployment = deployment
        try run(
            sqlite: """
                CREATE TRIGGER refuse BEFORE INSERT ON orders WHEN NEW.customer_name = '\(customer)'
                BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END
                """,
            mariaDB: "ALTER TABLE orders ADD CONSTRAINT refuse CHECK (customer_name <> '\(customer)')")
    }

    func lift() throws {
        try run(sqlite: "DROP TRIGGER refuse", mariaDB: "ALTER TABLE orders DROP CONSTRAINT refuse")
    }

    private func run(sqlite: String, mariaDB: String) throws {
        if deployment.profile == .clusterMariaDB, let space = deployment.space {
            try space.servers.maria.sql(mariaDB, database: space.databaseName)
        } else {
            try SQLiteFile(deployment.directory.file("orders.db")).execute(sqlite)
        }
    }
}
