import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("POST /admin/seed") struct SeedTests {
        @Test("Seeded orders are in the database, the count and the list when it answers", arguments: Profile.allCases)
        func shows(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.startForAdmin()
            let client = server.client()
            #expect(try client.total() == 0)
            let answer = try client.seed(10_001)
            #expect(answer.status == 201)
            #expect(answer.json == .object(["message": .string("10001 orders were added")]))
            #expect(try client.total() == 10_001)
            let stored = try deployment.stored().orders()
            #expect(stored.count == 10_001)
            #expect(Set(stored.values.map(\.status)).count > 3)
            let page = try client.get("/orders?limit=50").json["orders"]?.array ?? []
            #expect(page.count == 50)
            for order in page {
                let id = try #require(order["order_id"]?.text)
                #expect(order == stored[id]?.json(id: id))
                #expect(try client.show(id).json == order)
            }
            // Like any others.
            let id = try #require(page[7]["order_id"]?.text)
            #expect(try client.update(id, status: "packed").status == 202)
            #expect(try client.show(id).json["status"] == .string("packed"))
            #expect(try client.reset().status == 200)
            #expect(try client.total() == 0)
            #expect(try deployment.stored().count() == 0)
        }

        @Test(
            "What counts a million is refused, and says what was expected",
            arguments: ["0", "-1", "1000001", "1.5", #""9""#])
        func counts(count: String) throws {
            let server = try Deployment(.embedded).startForAdmin()
            let headers = ["X-Admin-Password: \(HTTPClient.adminPassword)"]
            for body in [#"{"count":\#(count)}"#, "{}"] {
                let answer = try server.client().request("POST", "/admin/seed", headers: headers, body: body)
                #expect(answer.status == 400)
                #expect(answer.error == "count must be an integer from 1 to 1000000")
            }
        }

        @Test("While it runs orders are taken and applied, and at the signal to stop it ends and says how far it came")
        func stops() throws {
            let deployment = try Deployment(.embedded)
            let server = try deployment.startForAdmin()
            let seeding = ThreadGroup(1) { _ in
                let answer = try server.client().seed(1_000_000)
                #expect(answer.status == 503)
                let sentence = answer.error ?? ""
                #expect(sentence.hasPrefix("the service is shutting down; "), "\(answer.text)")
                #expect(sentence.hasSuffix(" of 1000000 orders were added"))
                let words = sentence.split(separator: " ").compactMap { Int($0) }
                #expect(try deployment.stored().count() == (words.first ?? 0) + 1)
            }
            let client = server.client()
            #expect(try eventually { try client.total() ?? 0 > 10_000 })
            let id = try #require(try client.create(TestOrder(customer: "Ada")).json["order_id"]?.text)
            let file = try OrderDatabase(deployment.directory.file("orders.db")).file
            #expect(
                try eventually { try file.integer("SELECT count(*) FROM orders WHERE id = '\(id)'") == 1 })
            server.process.send(SIGTERM)
            try seeding.join()
            #expect(server.process.waitForEnd(within: 20) == .exited(0))
        }
    }
}
