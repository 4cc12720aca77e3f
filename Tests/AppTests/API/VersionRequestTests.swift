import Reactor
import Testing

@testable import API
@testable import Cache
@testable import Orders
@testable import Queue
@testable import Store

/// ETag, If-None-Match and If-Match (RFC 9110, section 13), embedded.
@Suite struct VersionRequestTests {
    private let harness: APIHarness
    private let version = OrderVersion(ofCreation: testID(1))
    private let target = "/orders/\(testID(1))"

    init() throws {
        harness = try APIHarness()
        harness.show(testID(1), SampleOrder())
    }

    private func send(_ client: APIClient, status: String, ifMatch: String? = nil) {
        client.send(
            "PATCH", "\(target)/status", "{\"status\":\"\(status)\"}",
            headers: ifMatch.map { ["If-Match: \($0)"] } ?? [])
    }

    /// As the committer does.
    private func commit(_ batches: [WriteBatch]) {
        for batch in batches {
            for write in batch.writes where write.kind == .updateOrderStatus {
                harness.cache.committed(
                    statusUpdate: write.orderID, write.version, newStatus: write.payload.of(batch.jobs.bytes),
                    base: batch.base(of: write), now: .now())
            }
        }
        harness.settle(batches, .accepted)
    }

    @Test("An order has its version as entity tag, and is not sent to who has it", arguments: ["GET", "HEAD"])
    func unless(method: String) throws {
        let tag = "\"\(version)\""
        let whole = try harness.request(method, target)
        #expect(whole?.status == 200 && whole?.headers["etag"] == tag)
        for known in [tag, "W/\(tag)", "\"1\", \(tag)", "*"] {
            let reply = try harness.request(method, target, headers: ["If-None-Match: \(known)"])
            #expect(reply?.status == 304 && reply?.headers["etag"] == tag && reply?.body == "", "\(known)")
        }
        for other in ["\"1\"", "\"abc\"", "nonsense", "\"\(version.next)\""] {
            #expect(
                try harness.request(method, target, headers: ["If-None-Match: \(other)"])?.status == 200, "\(other)")
        }
    }

    @Test("A change of the version that its client has seen is taken, and gives the order a newer one")
    func expected() throws {
        let client = try harness.connect()
        send(client, status: "paid", ifMatch: "\"\(version)\"")
        let batches = harness.takeBatches()
        let write = try #require(batches.first?.writes.first)
        #expect(write.version > version)
        commit(batches)
        #expect(client.reply()?.status == 202)
        #expect(try harness.request("GET", target)?.headers["etag"] == "\"\(write.version)\"")
        // The tag of before is out of date now.
        send(client, status: "lost", ifMatch: "\"\(version)\"")
        let reply = client.reply()
        #expect(reply?.status == 412)
        #expect(reply?.body == "{\"error\":\"the order has another version than If-Match says\"}")
        client.send("DELETE", target, headers: ["If-Match: W/\"\(write.version)\""])
        #expect(client.reply()?.status == 412, "a weak tag is no match")
        client.send("DELETE", target, headers: ["If-Match: \"\(write.version)\""])
        commit(harness.takeBatches())
        #expect(client.reply()?.status == 202)
    }

    @Test("Of two changes that expect the same version one is taken, also while the other is on its way")
    func race() throws {
        let clients = try (0..<2).map { _ in try harness.connect() }
        send(clients[0], status: "first", ifMatch: "\"\(version)\"")
        let batches = harness.takeBatches()
        send(clients[1], status: "second", ifMatch: "\"\(version)\"")
        #expect(clients[1].reply()?.status == 412)
        // The queue didn't take it: nothing has changed, and the other may try again.
        harness.settle(batches, .refused)
        #expect(clients[0].reply()?.status == 503)
        send(clients[1], status: "second", ifMatch: "\"\(version)\"")
        commit(harness.takeBatches())
        #expect(clients[1].reply()?.status == 202)
    }

    @Test("If-Match that can't be read is 400, and changes nothing", arguments: ["nonsense", "\"a\" \"b\"", "\"1", ""])
    func malformed(value: String) throws {
        let client = try harness.connect()
        send(client, status: "paid", ifMatch: value)
        #expect(client.reply()?.status == 400)
    }

    @Test("Without a cache nobody knows the version, and the client is told so")
    func uncached() throws {
        let harness = try APIHarness { $0.cache.isDisabled = true }
        let reply = try harness.request("DELETE", target, headers: ["If-Match: \"\(version)\""])
        #expect(reply?.status == 501)
    }
}
