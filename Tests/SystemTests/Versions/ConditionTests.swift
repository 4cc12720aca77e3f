import Synchronization
import TestServers
import Testing

extension SystemTests {
    @Suite("ETag, If-Match and If-None-Match") struct ConditionTests {
        private static let orders = 20

        @Test(
            "Of two clients that change what both have read one succeeds, on two instances", arguments: Profile.allCases
        )
        func sameVersion(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            let clients = servers.map { $0.client() }
            let orders = (0..<Self.orders).map { WriteRequest.create(TestOrder(customer: "order \($0)")) }
            // Half of them are in the database when they are changed, the others are new.
            var ids = try clients[0].accept(Array(orders[..<(Self.orders / 2)]))
            #expect(try deployment.hasDrained())
            ids += try clients[0].accept(Array(orders[(Self.orders / 2)...]))
            for (number, id) in ids.enumerated() {
                let read = try clients[number % 2].show(id)
                let tag = try #require(read["etag"], "\(read.headers)")

                let statuses = Mutex<[Int: Int]>([:])
                try onThreads(2) { side in
                    let answer = try servers[side].client().patch(id, status: "from \(side)", match: tag)
                    statuses.withLock { $0[side] = answer.status }
                }
                let answers = statuses.withLock { $0 }
                #expect(answers.values.sorted() == [202, 412], "\(answers)")
                let winner = answers[0] == 202 ? 0 : 1
                for client in clients {
                    let after = try client.show(id)
                    #expect(after.json["status"] == .string("from \(winner)"))
                    #expect(Self.version(after["etag"]) > Self.version(tag))
                }
            }
            #expect(try deployment.hasDrained())
            for status in try deployment.stored().orders().values.map(\.status) { #expect(status.hasPrefix("from ")) }
            for server in servers.prefix(profile == .embedded ? 1 : 2) {
                #expect(server.stop() == .exited(0))
            }
        }

        @Test(
            "An order has one entity tag wherever it is read from, and its reader one copy", arguments: Profile.allCases
        )
        func oneTag(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            let clients = servers.map { $0.client() }
            let id = try clients[0].accept([WriteRequest.create(TestOrder(customer: "Ada"))])[0]
            let first = try #require(try clients[1].show(id)["etag"])
            #expect(try clients[0].patch(id, status: "packed", match: first).status == 202)
            let tag = try #require(try clients[0].show(id)["etag"])
            #expect(tag != first)

            for _ in 0..<3 {
                for client in clients {
                    #expect(try client.show(id)["etag"] == tag)
                    let same = try client.request("GET", "/orders/\(id)", headers: ["If-None-Match: \(tag)"])
                    #expect(same.status == 304 && same.body.isEmpty && same["etag"] == tag)
                    let other = try client.request("GET", "/orders/\(id)", headers: ["If-None-Match: \(first)"])
                    #expect(other.status == 200 && other.json["status"] == .string("packed"))
                    #expect(try client.patch(id, status: "late", match: first).status == 412)
                    let undeleted = try client.request("DELETE", "/orders/\(id)", headers: ["If-Match: \(first)"])
                    #expect(undeleted.status == 412)
                }
                // Then from the database, then from what was read there.
                #expect(try deployment.hasDrained())
                if let space = deployment.space { _ = try space.redis("FLUSHDB") }
            }
            #expect(try clients[1].request("DELETE", "/orders/\(id)", headers: ["If-Match: \(tag)"]).status == 202)
            #expect(try deployment.hasDrained())
            #expect(try eventually { try clients[0].show(id).status == 404 })
            #expect(try deployment.stored().count() == 0)
        }

        /// Two instances, or the embedded one twice.
        private func start(_ deployment: Deployment) throws -> [ServerProcess] {
            let first = try deployment.start()
            return [first, deployment.profile == .embedded ? first : try deployment.start()]
        }

        private static func version(_ tag: String?) -> UInt64 {
            tag.flatMap { UInt64($0.filter(\.isNumber)) } ?? 0
        }
    }
}

extension HTTPClient {
    fileprivate func patch(_ id: String, status: String, match tag: String) throws(ClientError) -> HTTPAnswer {
        try request(
            "PATCH", "/orders/\(id)/status", headers: ["If-Match: \(tag)"], body: #"{"status":"\#(status)"}"#)
    }
}
