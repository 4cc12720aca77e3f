import TestServers
import Testing

extension SystemTests {
    @Suite("Orders over HTTP") struct OrderFlowTests {
        let unknownID = "01890000-0000-7000-8000-000000000000"

        @Test(
            "An order is taken, shown, changed, written, listed and deleted, and shown as promised at every step",
            arguments: Profile.allCases)
        func wholeLife(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["DB_WRITE_LAG_MS": "30"])
            let client = server.client()
            let order = TestOrder(
                customer: "Zoë 🍵 \\\"Ltd\\\"",
                items: [
                    .init(name: "Tea", quantity: 2), .init(name: "Cup", quantity: 1), .init(name: "Axe", quantity: 9),
                ])
            var expected = order
            expected.customer = "Zoë 🍵 \"Ltd\""

            let created = try client.create(order)
            let id = try #require(created.json["order_id"]?.text)
            expectAccepted(created, of: id, type: "create_order")
            #expect(created["location"] == "/orders/\(id)")
            #expect(try client.show(id).json == expected.json(id: id))

            expectAccepted(try client.update(id, status: "packed"), of: id, type: "update_order_status")
            #expect(try client.show(id).json == expected.json(id: id, status: "packed"))

            expected.status = "packed"
            let database = try deployment.stored()
            #expect(try eventually { try database.orders() == [id: expected] })
            #expect(try client.show(id).json == expected.json(id: id))
            #expect(try client.get("/orders").json["orders"]?.array == [expected.json(id: id)])

            expectAccepted(try client.delete(id), of: id, type: "delete_order")
            let afterDelete = try client.show(id)
            #expect(afterDelete.status == 404 || afterDelete.json["status"] == .string("deleting"))
            #expect(try eventually { try client.show(id).status == 404 })
            #expect(try database.orders().isEmpty)
            #expect(try eventually { try client.total() == 0 })
            #expect(server.stop() == .exited(0))
        }

        private func expectAccepted(_ answer: HTTPAnswer, of id: String, type: String) {
            #expect(answer.status == 202)
            #expect(answer.json.keys == ["job_id", "job_type", "status", "order_id", "message"])
            #expect(answer.json["job_type"] == .string(type))
            #expect(answer.json["status"] == .string("queued"))
            #expect(answer.json["order_id"] == .string(id))
            #expect(answer.json["job_id"]?.text.map(Self.isUUIDv7) == true)
            #expect(answer.json["message"]?.text?.isEmpty == false)
            #expect(Self.isUUIDv7(id))
            #expect(answer["content-type"] == "application/json")
        }

        private static func isUUIDv7(_ text: String) -> Bool {
            let groups = text.split(separator: "-", omittingEmptySubsequences: false)
            return groups.map(\.count) == [8, 4, 4, 4, 12] && groups[2].hasPrefix("7")
                && text.allSatisfy { $0 == "-" || ($0.isHexDigit && !$0.isUppercase) }
        }

        @Test(
            "A delete that waits for its turn is shown as deleting, with the rest of the order",
            arguments: Profile.allCases)
        func pendingDelete(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["DB_WRITE_LAG_MS": "600000"])
            let client = server.client()
            let order = TestOrder(customer: "Ada")
            let id = try #require(try client.create(order).json["order_id"]?.text)
            #expect(try client.delete(id).status == 202)
            #expect(try client.show(id).json == order.json(id: id, status: "deleting"))
            #expect(try client.update(id, status: "late").status == 409)
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "The list shows the newest first, and its cursors lead through all orders exactly once",
            arguments: Profile.allCases)
        func paging(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let ids = try (0..<25).map { number in
                try #require(try client.create(TestOrder(customer: "c\(number)")).json["order_id"]?.text)
            }
            #expect(try eventually { try client.total() == ids.count })
            var listed: [JSON] = []
            var path = "/orders?limit=10"
            for _ in 0..<3 {
                let page = try client.get(path).json
                #expect(page.keys == ["total_orders", "orders", "next"])
                #expect(page["total_orders"] == .integer(ids.count))
                listed += try #require(page["orders"]?.array)
                guard let next = page["next"]?.text else { break }
                path = "/orders?limit=10&after=\(next)"
            }
            // Orders of different partitions are applied side by side, so only those of one come in the order of
            // creation.
            #expect(Set(listed.compactMap { $0["order_id"]?.text }) == Set(ids))
            #expect(listed.count == ids.count)
            #expect(try deployment.stored().idsNewestFirst() == listed.map { $0["order_id"]?.text })
            #expect(try client.get(path).json["next"] == .null)
            #expect(server.stop() == .exited(0))
        }

        @Test("An order that is created after another one was written is listed before it", arguments: Profile.allCases)
        func newestFirst(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            for number in 1...4 {
                _ = try client.create(TestOrder(customer: "c\(number)"))
                #expect(try eventually { try client.total() == number })
            }
            let listed = try client.get("/orders").json["orders"]?.array?.map { $0["customer_name"]?.text }
            #expect(listed == ["c4", "c3", "c2", "c1"])
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "The list can be asked for one status, and refuses a query that makes no sense", arguments: Profile.allCases
        )
        func listQueries(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            for number in 0..<6 {
                _ = try client.create(
                    TestOrder(
                        customer: "c\(number)", status: number < 2 ? "on hold" : "new",
                        items: [.init(name: "i", quantity: 1)]))
            }
            #expect(try eventually { try client.total() == 6 })
            let held = try client.get("/orders?status=on%20hold").json
            #expect(held["orders"]?.array?.count == 2)
            #expect(held["total_orders"] == .integer(6))
            for query in ["limit=0", "limit=1001", "limit=ten", "limit=", "after=x", "after=-1", "status=%zz"] {
                let answer = try client.get("/orders?\(query)")
                #expect(answer.status == 400 && answer.error != nil, "\(query)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("HEAD answers like GET, without the body", arguments: Profile.allCases)
        func head(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let id = try #require(try client.create(TestOrder(customer: "Ada")).json["order_id"]?.text)
            // Later the list stays as it is.
            #expect(try eventually { try client.total() == 1 })
            for path in ["/orders/\(id)", "/orders", "/health", "/ready", "/orders/\(unknownID)", "/nowhere"] {
                let full = try client.get(path)
                let bare = try client.request("HEAD", path)
                #expect(bare.status == full.status, "\(path)")
                #expect(bare["content-length"] == full["content-length"], "\(path)")
                #expect(bare["content-type"] == full["content-type"], "\(path)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("A method that a path has no use for is 405 with those that it has", arguments: Profile.allCases)
        func methods(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let expected: [(method: String, path: String, allow: Set<Substring>)] = [
                ("DELETE", "/orders", ["GET", "HEAD", "POST", "OPTIONS"]),
                ("PUT", "/orders/\(unknownID)", ["GET", "HEAD", "DELETE", "OPTIONS"]),
                ("GET", "/orders/\(unknownID)/status", ["PATCH", "OPTIONS"]),
                ("POST", "/health", ["GET", "HEAD", "OPTIONS"]),
                ("TRACE", "/ready", ["GET", "HEAD", "OPTIONS"]),
            ]
            for row in expected {
                let answer = try client.request(row.method, row.path)
                #expect(answer.status == 405 && answer.error != nil, "\(row.method) \(row.path)")
                #expect(Set((answer["allow"] ?? "").split(separator: ", ")) == row.allow, "\(row.method) \(row.path)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("What is no UUID or no known one is 404; an id is known in either case", arguments: Profile.allCases)
        func ids(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let order = TestOrder(customer: "Ada")
            let id = try #require(try client.create(order).json["order_id"]?.text)
            for path in [
                "/orders/\(unknownID)", "/orders/12", "/orders/\(id)0", "/orders/\(id.dropLast())", "/orders/\(id)/",
                "/",
            ] {
                let answer = try client.get(path)
                #expect(answer.status == 404 && answer.error != nil, "\(path)")
            }
            #expect(try client.update(unknownID, status: "x").status == 404)
            #expect(try client.delete(unknownID).status == 404)

            let upper = id.uppercased()
            #expect(try client.show(upper).json == order.json(id: id))
            #expect(try client.update(upper, status: "packed").json["order_id"] == .string(id))
            #expect(try client.show(id).json["status"] == .string("packed"))
            let database = try deployment.stored()
            #expect(try eventually { try database.orders()[id]?.status == "packed" })
            #expect(try client.delete(upper).status == 202)
            #expect(try eventually { try database.count() == 0 })
            #expect(server.stop() == .exited(0))
        }

        @Test("A status left out is received, and a quantity may be a string of digits", arguments: Profile.allCases)
        func leniency(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let answer = try client.create(
                #"{"customer_name":"Ada","items":[{"name":"Tea","quantity":"007","color":"red"}],"note":{"a":[1]}}"#)
            let id = try #require(answer.json["order_id"]?.text)
            let expected = TestOrder(customer: "Ada", items: [.init(name: "Tea", quantity: 7)])
            #expect(try client.show(id).json == expected.json(id: id))
            let database = try deployment.stored()
            #expect(try eventually { try database.orders() == [id: expected] })
            #expect(server.stop() == .exited(0))
        }

        @Test("A body that breaks a rule is 400 with one sentence, and stores nothing", arguments: Profile.allCases)
        func refusals(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            let item = #"{"name":"Tea","quantity":1}"#
            let bodies =
                [
                    "", "{", "[]", "null", #"{"items":[\#(item)]}"#, #"{"customer_name":"","items":[\#(item)]}"#,
                    #"{"customer_name":7,"items":[\#(item)]}"#, #"{"customer_name":"Ada"}"#,
                    #"{"customer_name":"Ada","items":[]}"#, #"{"customer_name":"Ada","items":{}}"#,
                    #"{"customer_name":"Ada","items":[\#(item)],"status":""}"#,
                    #"{"customer_name":"Ada","items":[\#(item)],"status":"123456789012345678901"}"#,
                    #"{"customer_name":"\#(String(repeating: "é", count: 81))","items":[\#(item)]}"#,
                    #"{"customer_name":"Ada","items":[\#(Array(repeating: item, count: 101).joined(separator: ","))]}"#,
                    #"{"customer_name":"Ada","items":[{"name":"Tea"}]}"#,
                ]
                + ["0", "-1", "1.5", "1e3", "2147483648", "true", "null", #""""#, #""1.5""#, #""-1""#, #"" 1""#].map {
                    #"{"customer_name":"Ada","items":[{"name":"Tea","quantity":\#($0)}]}"#
                }
            for body in bodies {
                let answer = try client.create(body)
                #expect(answer.status == 400 && answer.error != nil, "\(body)")
            }
            #expect(
                try client.create(
                    TestOrder(customer: String(repeating: "é", count: 80), items: [.init(name: "Tea", quantity: 1)])
                ).status == 202)
            #expect(try eventually { try client.total() == 1 })
            #expect(try deployment.stored().count() == 1)
            #expect(server.stop() == .exited(0))
        }
    }
}
