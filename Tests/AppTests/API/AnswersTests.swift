import Reactor
import Testing

@testable import Queue

@Suite struct AnswersTests {
    @Test(
        "An accepted write is answered 202 with the fields of the replaced service, a created order also with its place",
        arguments: [
            (
                "POST", "/orders", "{\"customer_name\":\"Ada\",\"items\":[{\"name\":\"tea\",\"quantity\":1}]}",
                "create_order", "Order accepted for processing"
            ),
            (
                "PATCH", "/orders/\(testID(1))/status", "{\"status\":\"paid\"}", "update_order_status",
                "Status update accepted for processing"
            ),
            ("DELETE", "/orders/\(testID(1))", nil, "delete_order", "Order deletion accepted for processing"),
        ] as [(String, String, String?, String, String)])
    func accepted(method: String, target: String, body: String?, type: String, message: String) throws {
        let harness = try APIHarness()
        harness.show(testID(1), SampleOrder())
        let client = try harness.connect()
        client.send(method, target, body)
        let batches = harness.takeBatches()
        // Before the loop has the batch back, which it empties.
        let write = try #require(batches.first?.writes.first)
        harness.settle(batches, .accepted)
        let reply = try #require(client.reply())
        #expect(reply.status == 202 && reply.headers["content-type"] == "application/json")
        #expect(
            reply.body
                == "{\"job_id\":\"\(write.jobID)\",\"job_type\":\"\(type)\",\"status\":\"queued\","
                + "\"order_id\":\"\(write.orderID)\",\"message\":\"\(message)\"}")
        #expect(reply.headers["location"] == (method == "POST" ? "/orders/\(write.orderID)" : nil))
        #expect(method == "POST" || write.orderID == testID(1))
    }

    @Test(
        "A write that is not stored is answered 503 with the time to wait, and says how certain that is",
        arguments: [
            (QueueOutcome.refused, "the queue can't store orders now; nothing was stored"),
            (.unknown, "the queue failed while the order was stored: it may or may not be accepted"),
        ])
    func notStored(outcome: QueueOutcome, sentence: String) throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send("POST", "/orders", IngestHarness.order("Ada"))
        harness.settle(harness.takeBatches(), outcome)
        let reply = client.reply()
        #expect(reply?.status == 503 && reply?.headers["retry-after"] == "1")
        #expect(reply?.body == "{\"error\":\"\(sentence)\"}")
    }

    @Test("A method that the path doesn't know is answered 405 with those that it does, OPTIONS with nothing else")
    func allow() throws {
        let harness = try APIHarness()
        let refused = try harness.request("PUT", "/orders")
        #expect(refused?.status == 405 && refused?.headers["allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(refused?.body == "{\"error\":\"allowed here: GET, HEAD, POST, OPTIONS\"}")
        let options = try harness.request("OPTIONS", "/orders/\(testID(1))/status")
        #expect(options?.status == 204 && options?.headers["allow"] == "PATCH, OPTIONS" && options?.body == "")
        #expect(options?.headers["content-type"] == nil && options?.headers["content-length"] == nil)
    }

    @Test(
        "Errors are one JSON object with one sentence",
        arguments: [
            ("GET", "/nowhere", nil, 404, "no such resource"),
            ("GET", "/orders/17", nil, 404, "no such resource"),
            ("GET", "/orders?limit=0", nil, 400, "limit must be an integer from 1 to 1000"),
            ("POST", "/orders", "[]", 400, "body must be a JSON object"),
            ("PATCH", "/orders/\(testID(1))/status", "{}", 400, "status must be a text of 1 to 20 characters"),
        ] as [(String, String, String?, Int, String)])
    func errors(method: String, target: String, body: String?, status: Int, sentence: String) throws {
        let harness = try APIHarness()
        let reply = try harness.request(method, target, body)
        #expect(reply?.status == status && reply?.headers["content-type"] == "application/json")
        #expect(reply?.body == "{\"error\":\"\(sentence)\"}")
    }

    @Test("What isn't HTTP is told so in the same form, and the connection ends")
    func notHTTP() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send(raw: "GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        let reply = client.reply()
        #expect(reply?.status == 400 && reply?.body == "{\"error\":\"The request target is malformed.\"}")
        #expect(reply?.headers["connection"] == "close" && client.isClosed())
    }
}
