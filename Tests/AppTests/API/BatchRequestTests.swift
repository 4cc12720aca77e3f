import Reactor
import Testing

@testable import API
@testable import App
@testable import Cache
@testable import Queue

@Suite struct BatchRequestTests {
    private static let valid = IngestHarness.order("Ada")
    private static let nameless = "{\"items\":[{\"name\":\"tea\",\"quantity\":1}]}"
    private static let noName = "customer_name must be a text of 1 to 80 characters"

    private static func batch(_ orders: [String]) -> String { "[" + orders.joined(separator: ",") + "]" }

    /// Sends the orders and returns the batch that the loop hands over.
    private func submit(_ orders: [String], _ client: APIClient, _ harness: APIHarness) throws -> WriteBatch {
        client.send("POST", "/orders/batch", Self.batch(orders))
        return try #require(harness.takeBatches().first)
    }

    private static func accepted(_ index: Int, _ write: Write) -> String {
        "{\"index\":\(index),\"order_id\":\"\(write.orderID)\",\"job_id\":\"\(write.jobID)\"}"
    }

    private static func failed(_ index: Int, _ error: String) -> String {
        "{\"index\":\(index),\"error\":\"\(error)\"}"
    }

    @Test("Each order of a batch is judged alone, and all are answered together, in their order")
    func mixed() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        let batch = try submit(
            [Self.nameless, Self.valid, "7", Self.valid, "{\"customer_name\":\"x\",\"items\":[{}]}"], client, harness)
        let writes = batch.writes
        #expect(writes.count == 2 && Set(writes.flatMap { [$0.orderID, $0.jobID] }).count == 4)
        // Before anybody is told their ids.
        for write in writes { #expect(harness.cache.text(of: write.orderID)?.contains("Ada") == true) }
        harness.settle([batch], .accepted)
        let reply = client.reply()
        #expect(reply?.status == 202 && reply?.headers["content-type"] == "application/json")
        let results = [
            Self.failed(0, Self.noName), Self.accepted(1, writes[0]), Self.failed(2, "order must be a JSON object"),
            Self.accepted(3, writes[1]), Self.failed(4, "items[0].name must be a text of 1 to 80 characters"),
        ]
        #expect(reply?.body == "{\"accepted\":2,\"rejected\":3,\"results\":\(Self.batch(results))}")
    }

    @Test("A batch of which no order is valid is 400, tells the first reason and all the others, and stores nothing")
    func allInvalid() throws {
        let harness = try APIHarness()
        let reply = try harness.request("POST", "/orders/batch", Self.batch([Self.nameless, "[]"]))
        #expect(reply?.status == 400)
        #expect(
            reply?.body == "{\"error\":\"no order of the batch is valid: orders[0]: \(Self.noName)\",\"accepted\":0,"
                + "\"rejected\":2,\"results\":"
                + Self.batch([Self.failed(0, Self.noName), Self.failed(1, "order must be a JSON object")]) + "}")
        #expect(harness.cache.pendingCount == 0)
    }

    @Test("A body that is no list of 1 to 1000 orders is 400 with one sentence")
    func noBatch() throws {
        let harness = try APIHarness()
        for body in ["{}", "7", "null", "[]", Self.batch(Array(repeating: "7", count: 1001))] {
            let reply = try harness.request("POST", "/orders/batch", body)
            #expect(reply?.status == 400)
            #expect(reply?.body == "{\"error\":\"body must be an array of 1 to 1000 orders\"}")
        }
    }

    @Test("The largest batch is taken whole, whatever else may wait")
    func largest() throws {
        let harness = try APIHarness { $0.maxInFlight = 10 }
        let client = try harness.connect()
        let batch = try submit(Array(repeating: Self.valid, count: 1000), client, harness)
        #expect(batch.writes.count == 1000)
        // With that under way nothing else is.
        let other = try harness.request("POST", "/orders/batch", Self.batch([Self.valid]))
        #expect(other?.status == 503 && other?.headers["retry-after"] == "1")
        harness.settle([batch], .accepted)
        #expect(client.reply()?.body.hasPrefix("{\"accepted\":1000,\"rejected\":0,") == true)
    }

    @Test("A batch that would pass the bound of waiting orders is refused as a whole")
    func tooMany() throws {
        let harness = try APIHarness { $0.maxInFlight = 3 }
        let client = try harness.connect()
        let batch = try submit([Self.valid], client, harness)
        let refused = try harness.request("POST", "/orders/batch", Self.batch([Self.valid, Self.valid, Self.valid]))
        #expect(refused?.status == 503 && refused?.headers["retry-after"] == "1")
        #expect(refused?.body == "{\"error\":\"too many orders are waiting; nothing was stored\"}")
        #expect(harness.cache.pendingCount == 1)
        harness.settle([batch], .accepted)
        #expect(client.reply()?.status == 202)
    }

    @Test(
        "Where the queue takes none of the valid orders, the answer is 503 and says how certain that is",
        arguments: [
            (
                QueueOutcome.refused, "the queue can't store orders now; nothing was stored",
                "the queue can't store the order now; it was not stored"
            ),
            (
                .unknown, "the queue failed while the orders were stored: they may or may not be accepted",
                "the queue failed while the order was stored: it may or may not be accepted"
            ),
        ])
    func notStored(outcome: QueueOutcome, all: String, each: String) throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        let batch = try submit([Self.valid, "7"], client, harness)
        harness.settle([batch], outcome)
        let reply = client.reply()
        #expect(reply?.status == 503 && reply?.headers["retry-after"] == "1")
        #expect(
            reply?.body == "{\"error\":\"\(all)\",\"accepted\":0,\"rejected\":2,\"results\":"
                + Self.batch([Self.failed(0, each), Self.failed(1, "order must be a JSON object")]) + "}")
        #expect(harness.cache.pendingCount == 0)
    }

    @Test("An accepted order is never hidden behind others that the queue didn't take")
    func partlyStored() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        let batch = try submit([Self.valid, Self.valid, Self.valid], client, harness)
        let writes = batch.writes
        batch.writes[0].outcome = .unknown
        batch.writes[2].outcome = .refused
        harness.mailbox.post(.settled([batch]))
        let results = [
            Self.failed(0, QueueOutcome.mayBeStored), Self.accepted(1, writes[1]),
            Self.failed(2, "the queue can't store the order now; it was not stored"),
        ]
        let reply = client.reply()
        #expect(reply?.status == 202)
        #expect(reply?.body == "{\"accepted\":1,\"rejected\":2,\"results\":\(Self.batch(results))}")
    }

    @Test("Batches and single orders of one turn share a commit, and each request gets its own answer")
    func neighbours() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        func request(_ target: String, _ body: String) -> String {
            "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let two = request("/orders/batch", Self.batch([Self.valid, Self.valid]))
        client.send(raw: request("/orders", Self.valid) + two + request("/orders", Self.valid) + two)
        let batches = harness.takeBatches()
        try #require(batches.map(\.writes.count) == [6] && batches[0].groups.map(\.writes) == [1..<3, 4..<6])
        let ids = batches[0].writes.map { "\($0.orderID)" }
        harness.settle(batches, .accepted)
        #expect(client.reply()?.headers["location"] == "/orders/\(ids[0])")
        for expected in [1..<3, 4..<6] {
            if expected.lowerBound == 4 { #expect(client.reply()?.headers["location"] == "/orders/\(ids[3])") }
            let body = client.reply()?.body ?? ""
            #expect(ids.indices.allSatisfy { body.contains(ids[$0]) == expected.contains($0) })
        }
        // The batch comes back empty: what follows is answered as if nothing had been.
        client.send("POST", "/orders", Self.valid)
        harness.settle(harness.takeBatches(), .accepted)
        #expect(client.reply()?.status == 202)
    }
}
