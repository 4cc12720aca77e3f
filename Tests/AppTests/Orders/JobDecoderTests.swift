import Reactor
import Testing

@testable import Orders

private let jobID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
private let orderID = UUID("11111111-2222-4333-8444-555555555555")

/// A job in words, to compare with.
private func describe(_ job: Job, in batch: borrowing JobBatch) -> String {
    let text = batch.text.bytes
    let items = batch.items[job.items].map { "\($0.name.of(text).string) x \($0.quantity)" }
    return "\(job.kind.name) \(job.orderID.string.prefix(8)) \(job.customerName.of(text).string)"
        + "|\(job.status.of(text).string)|\(items.joined(separator: ", "))"
}

private func decode(_ message: String, baseOffset: Int = 0, messageIndex: Int = 0, into batch: inout JobBatch) {
    var decoder = JobDecoder()
    withGuardedBytes(message.utf8) {
        decoder.decode(message: $0, baseOffset: baseOffset, messageIndex: messageIndex, into: &batch)
    }
}

private func job(_ type: String, payload: String) -> String {
    "{\"job_id\":\"\(jobID.string)\",\"type\":\"\(type)\",\"payload\":\(payload)}"
}

private let createPayload =
    #"{"order_id":"11111111-2222-4333-8444-555555555555","customer_name":"A","status":"s","items":[{"name":"N","quantity":1}]}"#

@Suite struct JobDecoderTests {
    @Test("What is encoded is decoded: three kinds of job in one message")
    func roundTrip() throws {
        var message = ByteBuffer()
        var orders = OrderDecoder(maximumBodyBytes: 1 << 20)
        JobEncoding.appendCreateStart(jobID: jobID, into: &message)
        let body = #"{"customer_name":"Ada \"L\"\n","items":[{"name":"Nüt","quantity":"7"},{"name":"😀","quantity":2}]}"#
        _ = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
            try orders.decodeOrder(bytes, id: orderID, into: &message)
        }
        JobEncoding.appendEnd(enqueuedAtMilliseconds: 1_700_000_000_000, into: &message)
        JobEncoding.appendUpdateStart(jobID: UUID(high: 1, low: 2), orderID: orderID, into: &message)
        _ = try withGuardedBytes(#"{"status":"on \\ its way"}"#.utf8) { (bytes) throws(OrderRejection) in
            try orders.decodeStatus(bytes, into: &message)
        }
        JobEncoding.appendUpdateEnd(version: OrderVersion(number: 77), enqueuedAtMilliseconds: 0, into: &message)
        JobEncoding.appendDelete(
            jobID: UUID(high: 3, low: 4), orderID: orderID, version: OrderVersion(number: 111_411_200_000_000_000),
            enqueuedAtMilliseconds: .max, into: &message)

        let lines = message.string.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines == [
                #"{"job_id":"01890a5d-ac96-774b-bcce-b302099a8057","type":"create_order","payload":{"order_id":"11111111-2222-4333-8444-555555555555","customer_name":"Ada \"L\"\n","status":"received","items":[{"name":"Nüt","quantity":7},{"name":"😀","quantity":2}]},"enqueued_at":1700000000000}"#,
                #"{"job_id":"00000000-0000-0001-0000-000000000002","type":"update_order_status","payload":{"order_id":"11111111-2222-4333-8444-555555555555","status":"on \\ its way"},"version":77,"enqueued_at":0}"#,
                #"{"job_id":"00000000-0000-0003-0000-000000000004","type":"delete_order","payload":{"order_id":"11111111-2222-4333-8444-555555555555"},"version":111411200000000000,"enqueued_at":18446744073709551615}"#,
                "",
            ])

        var batch = JobBatch()
        decode(message.string, baseOffset: 1000, messageIndex: 5, into: &batch)
        #expect(batch.rejected.isEmpty)
        #expect(
            batch.jobs.map { describe($0, in: batch) } == [
                "create_order 11111111 Ada \"L\"\n|received|Nüt x 7, 😀 x 2",
                "update_order_status 11111111 |on \\ its way|",
                "delete_order 11111111 ||",
            ])
        #expect(batch.jobs.map(\.id) == [jobID, UUID(high: 1, low: 2), UUID(high: 3, low: 4)])
        #expect(batch.jobs.map(\.message) == [5, 5, 5])
        var start = 1000
        for (job, line) in zip(batch.jobs, lines) {
            #expect(job.source == ByteRange(start: start, count: line.utf8.count))
            start += line.utf8.count + 1
        }
    }

    @Test("An order that is rejected between the parts of its job is taken back with them")
    func rejectedWhileEncoding() {
        var message = ByteBuffer()
        message.append("before")
        let start = message.count
        var orders = OrderDecoder(maximumBodyBytes: 1 << 20)
        JobEncoding.appendCreateStart(jobID: jobID, into: &message)
        #expect(throws: OrderRejection.self) {
            try withGuardedBytes(#"{"customer_name":"A","items":[{"name":"N","quantity":0}]}"#.utf8) {
                (bytes) throws(OrderRejection) in
                _ = try orders.decodeOrder(bytes, id: orderID, into: &message)
            }
        }
        message.truncate(to: start)
        #expect(message.string == "before")
    }

    @Test("The replaced service's form is understood: spaces, ASCII escapes, digit strings, fields it adds")
    func replacedService() {
        var batch = JobBatch()
        decode(
            #"{"job_id": "C0FFEE00-0000-4000-8000-000000000001", "type": "create_order", "retries": 0, "payload": {"items": [{"quantity": "05", "name": "N\u00fct \ud83d\ude00", "sku": null}], "order_id": "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE", "customer_name": "Ada"}, "enqueued_at": 1.5}"#,
            into: &batch)
        #expect(batch.rejected.isEmpty)
        #expect(batch.jobs.map { describe($0, in: batch) } == ["create_order aaaaaaaa Ada|received|Nüt 😀 x 5"])
        #expect(batch.jobs.first?.id == UUID("c0ffee00-0000-4000-8000-000000000001"))
    }

    @Test("Blank lines are skipped, either line end is taken, and the last line may lack its own")
    func lines() {
        let line = job("delete_order", payload: createPayload)
        for message in [line, line + "\n", line + "\r\n", "\n \t\r\n\n" + line, line + "\n\n \n"] {
            var batch = JobBatch()
            decode(message, into: &batch)
            #expect(batch.jobs.count == 1 && batch.rejected.isEmpty)
        }
        for message in ["", "\n", " \r\n\t"] {
            var batch = JobBatch()
            decode(message, into: &batch)
            #expect(batch.jobs.isEmpty && batch.rejected.isEmpty)
        }
    }

    @Test("A single job may be spread over lines")
    func singleJobOverLines() {
        let message = job("create_order", payload: createPayload).replacing(",", with: ",\n  ")
        var batch = JobBatch()
        decode(message, baseOffset: 9, into: &batch)
        #expect(batch.jobs.map { describe($0, in: batch) } == ["create_order 11111111 A|s|N x 1"])
        #expect(batch.jobs.first?.source == ByteRange(start: 9, count: message.utf8.count))
        #expect(batch.rejected.isEmpty)
    }

    @Test("Bad lines are set aside with their place, and their neighbours are decoded")
    func badLinesBetweenGoodOnes() {
        let good = job("create_order", payload: createPayload)
        // The second item is bad, so that the first has been taken over by then.
        let bad = good.replacing("}]", with: "},{\"name\":\"N\",\"quantity\":0}]")
        let message = [bad, good, "{", good, bad, good].joined(separator: "\n")
        var batch = JobBatch()
        decode(good, messageIndex: 0, into: &batch)
        decode(message, baseOffset: 500, messageIndex: 1, into: &batch)
        #expect(
            batch.jobs.map { describe($0, in: batch) } == Array(repeating: "create_order 11111111 A|s|N x 1", count: 4))
        #expect(batch.jobs.map(\.message) == [0, 1, 1, 1])
        #expect(batch.items.count == 4, "nothing of a rejected job stays behind")
        #expect(batch.text.string == "AsNAsNAsNAsN")
        #expect(batch.rejected.map(\.id) == [jobID, nil, jobID])
        #expect(batch.rejected.map(\.message) == [1, 1, 1])
        let sources = batch.rejected.map { ByteRange(start: Int($0.source.start) - 500, count: Int($0.source.count)) }
        #expect(withGuardedBytes(message.utf8) { bytes in sources.map { $0.of(bytes).string } } == [bad, "{", bad])
    }

    private static let unknownType = "type is not create_order, update_order_status or delete_order"

    @Test(
        "A job that can't be applied has its reason",
        arguments: [
            ("[]", nil, "job is not a JSON object"),
            ("7", nil, "job is not a JSON object"),
            ("{\"a\":", nil, "job is not valid JSON: a comma, colon, bracket or value is missing or out of place"),
            ("{}", nil, "job_id is missing or not a UUID"),
            (#"{"job_id":7,"type":"delete_order"}"#, nil, "job_id is missing or not a UUID"),
            (job("refund_order", payload: "{}"), jobID, unknownType),
            (job("Create_order", payload: "{}"), jobID, unknownType),
            (job("delete_order", payload: "[]"), jobID, "payload is missing or not a JSON object"),
            (job("delete_order", payload: "{}"), jobID, "payload.order_id is missing or not a UUID"),
            (job("delete_order", payload: #"{"order_id":"7"}"#), jobID, "payload.order_id is missing or not a UUID"),
            (
                job("update_order_status", payload: #"{"order_id":"11111111-2222-4333-8444-555555555555"}"#), jobID,
                "payload can't be applied: status must be a text of 1 to 20 characters"
            ),
            (
                job("create_order", payload: createPayload.replacing("\"A\"", with: "\"\"")), jobID,
                "payload can't be applied: customer_name must be a text of 1 to 80 characters"
            ),
            (
                job("create_order", payload: createPayload.replacing(":1}", with: ":1.0}")), jobID,
                "payload can't be applied: items[0].quantity must be an integer from 1 to 2147483647"
            ),
            (
                job("create_order", payload: createPayload.replacing(":1}", with: ":18446744073709551616}")), nil,
                "job is not valid JSON: a number is malformed or does not fit 64 bits"
            ),
        ])
    func reasons(message: String, id: UUID?, reason: String) {
        var batch = JobBatch()
        decode(message, into: &batch)
        #expect(batch.jobs.isEmpty)
        #expect(batch.rejected.map(\.reason) == [reason])
        #expect(batch.rejected.map(\.id) == [id])
        #expect(batch.rejected.map(\.source) == [ByteRange(start: 0, count: message.utf8.count)])
    }

    @Test("A line that is nested deeply or beyond the limit is set aside, and the next one decoded")
    func abusiveLines() {
        let good = job("delete_order", payload: createPayload)
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let long = "{\"x\":\"" + String(repeating: "x", count: 300_000) + "\"}"
        var batch = JobBatch()
        decode([deep, good, long, good].joined(separator: "\n"), into: &batch)
        #expect(batch.jobs.count == 2)
        #expect(
            batch.rejected.map(\.reason) == [
                "job is nested too deeply", "job is too large",
            ])
    }
}
