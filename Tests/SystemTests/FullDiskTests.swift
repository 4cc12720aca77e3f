import TestServers
import Testing

extension SystemTests {
    @Suite("A full disk") struct FullDiskTests {
        let directory = TemporaryDirectory()

        /// What became of the orders that were posted, by customer.
        private struct Outcome {
            var accepted: [String: String] = [:]
            /// It was said that they may or may not be stored.
            var unknown: Set<String> = []
            var refusals = 0
        }

        /// With lag the queue fills up because nothing is applied; without, because the database is full as well.
        @Test(
            "Writes are refused with 503, reads go on, nothing is lost or damaged, and with room it goes on by itself",
            arguments: SmallDisk.Kind.allCases, ["0", "600000"])
        func fullDisk(kind: SmallDisk.Kind, lagMilliseconds: String) throws {
            let path = directory.makeDirectory("disk")
            guard let disk = try SmallDisk.make(kind, at: path, kibibytes: 3000) else {
                // The other kind needs no permission: it is tried in any case.
                print("no mount namespace is allowed here: the full disk is tried by a limit on file sizes only")
                return
            }
            let settings = [
                "DATABASE_URL": "sqlite:///\(disk.file("orders.db"))", "QUEUE_FILE": disk.file("queue.db"),
                "DB_WRITE_LAG_MS": lagMilliseconds,
            ]
            let server = try ServerProcess(in: directory, settings, wrapper: disk.wrapper)
            let client = server.client()
            var outcome = Outcome()
            try fill(client, &outcome)
            #expect(outcome.accepted.count > 20)
            try expectReadable(outcome, client)
            let readiness = try client.get("/ready")
            #expect(
                readiness.status == 503 && readiness.json["error"]?.text?.contains("queue") == true, "\(readiness.text)"
            )
            #expect(try client.get("/health").status == 200)
            #expect(server.process.freeze())
            try expectUndamaged(disk)
            server.process.thaw()

            try disk.makeRoom(for: server)
            // By itself: a balancer that asks /ready sends no writes before.
            #expect(eventually { (try? client.get("/ready").status) == 200 }, "\(server.log)")
            try post("later", client, &outcome)
            #expect(outcome.accepted["later"] != nil)
            try expectReadable(outcome, client)
            if lagMilliseconds == "0" {
                #expect(try eventually { try client.total() ?? 0 >= outcome.accepted.count })
            }
            #expect(server.stop() == .exited(0))
            print(
                "DBG", kind, lagMilliseconds, outcome.accepted.count, outcome.refusals, outcome.unknown.count,
                server.log)
            try expectUndamaged(disk)

            var withoutLag = settings
            withoutLag["DB_WRITE_LAG_MS"] = "0"
            let again = try ServerProcess(in: directory, withoutLag, wrapper: disk.wrapper)
            try disk.makeRoom(for: again)
            #expect(try eventually { try again.client().total() ?? 0 >= outcome.accepted.count })
            #expect(again.stop() == .exited(0))
            try expectStored(outcome, disk)
        }

        /// Posts until nothing is taken any more.
        private func fill(_ client: HTTPClient, _ outcome: inout Outcome) throws {
            var refusedInARow = 0
            for number in 0..<20_000 where refusedInARow < 30 {
                let before = outcome.accepted.count
                try post("filler \(number)", client, &outcome)
                refusedInARow = outcome.accepted.count == before ? refusedInARow + 1 : 0
            }
            #expect(refusedInARow == 30)
        }

        private func post(_ customer: String, _ client: HTTPClient, _ outcome: inout Outcome) throws {
            let answer = try client.create(Self.order(customer))
            if answer.status == 202 {
                outcome.accepted[customer] = try #require(answer.json["order_id"]?.text)
                return
            }
            outcome.refusals += 1
            #expect(answer.status == 503 && answer.error != nil && answer["retry-after"] != nil, "\(answer)")
            if answer.error?.contains("may or may not") == true { outcome.unknown.insert(customer) }
        }

        private func expectReadable(_ outcome: Outcome, _ client: HTTPClient) throws {
            for (customer, id) in outcome.accepted {
                #expect(try client.show(id).json == Self.order(customer).json(id: id))
            }
        }

        private func expectUndamaged(_ disk: SmallDisk) throws {
            for name in ["orders.db", "queue.db"] {
                #expect(try disk.copy(name, into: directory).integrity() == "ok")
            }
        }

        private func expectStored(_ outcome: Outcome, _ disk: SmallDisk) throws {
            #expect(try disk.copy("queue.db", into: directory).integer("SELECT count(*) FROM messages") == 0)
            let stored = try OrderDatabase(disk.copy("orders.db", into: directory)).orders()
            for (customer, id) in outcome.accepted { #expect(stored[id] == Self.order(customer), "\(customer)") }
            let customers = stored.values.map(\.customer)
            #expect(Set(customers).count == customers.count)
            #expect(Set(customers).subtracting(outcome.accepted.keys).isSubset(of: outcome.unknown))
        }

        private static func order(_ customer: String) -> TestOrder {
            let items = (0..<30).map {
                TestOrder.Item(name: "\(customer) \(String(repeating: "x", count: 50))", quantity: $0 + 1)
            }
            return TestOrder(customer: customer, items: items)
        }
    }
}
