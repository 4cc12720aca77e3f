import TestServers
import Testing

extension SystemTests {
    @Suite("Scripts in browsers") struct CORSTests {
        private static let shop = "https://shop.example"

        @Test(
            "A page that is listed places an order as a browser does, and reads what becomes of it",
            arguments: BatchTests.profiles)
        func listed(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(
                ["DB_WRITE_LAG_MS": "30", "CORS_ORIGINS": "http://localhost:3000, \(Self.shop)"])
            let client = server.client()
            let origin = "Origin: \(Self.shop)"
            let preflight = try client.request(
                "OPTIONS", "/orders",
                headers: [
                    origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type",
                ])
            #expect(preflight.status == 204 && preflight["access-control-allow-origin"] == Self.shop)
            #expect(preflight["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS")
            #expect(preflight["access-control-allow-headers"] == "content-type")

            let order = TestOrder(customer: "Ada")
            let created = try client.request("POST", "/orders", headers: [origin], body: order.body)
            let id = try #require(created.json["order_id"]?.text)
            let shown = try client.request("GET", "/orders/\(id)", headers: [origin])
            #expect(shown.json == order.json(id: id))
            let listed = try client.request("GET", "/orders", headers: [origin])
            let missing = try client.request(
                "GET", "/orders/01890000-0000-7000-8000-000000000000", headers: [origin])
            let changed = try client.request(
                "PATCH", "/orders/\(id)/status", headers: [origin], body: #"{"status":"paid"}"#)
            let deleted = try client.request("DELETE", "/orders/\(id)", headers: [origin])
            let answers = [created, shown, listed, missing, changed, deleted]
            #expect(answers.map(\.status) == [202, 200, 200, 404, 202, 202])
            for answer in answers {
                #expect(answer["access-control-allow-origin"] == Self.shop && answer["vary"] == "Origin")
                #expect(answer["access-control-expose-headers"]?.contains("Location") == true)
            }
            let stranger = try client.request("GET", "/health", headers: ["Origin: https://evil.example"])
            #expect(stranger.status == 200 && stranger["access-control-allow-origin"] == nil)
            #expect(stranger["vary"] == "Origin")
            #expect(server.stop() == .exited(0))
        }

        @Test("Without a setting every page may read, and set to nothing none")
        func others() throws {
            for (settings, allowed) in [([:], "*"), (["CORS_ORIGINS": ""], nil)] as [([String: String], String?)] {
                let deployment = try Deployment(.embedded)
                let server = try deployment.start(settings)
                let answer = try server.client().request("GET", "/orders", headers: ["Origin: \(Self.shop)"])
                #expect(answer.status == 200 && answer["access-control-allow-origin"] == allowed)
                #expect(server.stop() == .exited(0))
            }
        }
    }
}
