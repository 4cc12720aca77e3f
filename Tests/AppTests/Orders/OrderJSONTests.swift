import Reactor
import Testing

@testable import Orders

/// Names and statuses that try to be mistaken for the end of a string or for the status field.
private let trickyTexts = [
    "x", "\"", "\\", "\\\"", "\\\\", "\\\\\"", "\",\"status\":\"", "\"status\":\"gone\"", "status", "{\"order_id\":\"",
    "\\\",\\\"status\\\":\\\"", "]}", "\u{0}", "\n", "é\"é", "😀\\", "\\u0022",
]

@Suite struct OrderJSONTests {
    private let id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")

    private func encode(customer: String, status: String, into buffer: inout ByteBuffer) -> EncodedOrder {
        let start = buffer.count
        let range = withGuardedBytes(customer.utf8) { customer in
            withGuardedBytes(status.utf8) { status in
                OrderJSON.appendStart(id: id, customerName: customer, status: status, into: &buffer)
            }
        }
        withGuardedBytes("Nut \"M8\"".utf8) {
            OrderJSON.appendItem(name: $0, quantity: 1, isFirst: true, into: &buffer)
            OrderJSON.appendItem(name: $0, quantity: .max, isFirst: false, into: &buffer)
        }
        OrderJSON.appendEnd(into: &buffer)
        return EncodedOrder(bytes: ByteRange(start: start, count: buffer.count - start), status: range)
    }

    @Test("The canonical form is compact and in one fixed order")
    func canonicalForm() {
        var buffer = ByteBuffer()
        _ = encode(customer: "Ada", status: "received", into: &buffer)
        #expect(
            buffer.string == #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":"Ada","#
                + #""status":"received","items":[{"name":"Nut \"M8\"","quantity":1},"#
                + #"{"name":"Nut \"M8\"","quantity":2147483647}]}"#)
    }

    @Test("The status is found and replaced, whatever the customer is called", arguments: trickyTexts, trickyTexts)
    func statusSplice(customer: String, status: String) {
        var original = ByteBuffer()
        let order = encode(customer: customer, status: status, into: &original)
        #expect(OrderJSON.statusRange(in: original.bytes) == order.status)

        for newStatus in ["a longer status", "", status] {
            var json = ByteBuffer()
            withGuardedBytes(newStatus.utf8) { json.append(jsonString: $0) }
            var expected = ByteBuffer()
            let wanted = encode(customer: customer, status: newStatus, into: &expected)

            var spliced = ByteBuffer()
            spliced.append("before")
            let result = OrderJSON.appendReplacingStatus(
                order: original.bytes, statusRange: order.status, newStatus: json.bytes, into: &spliced)
            #expect(result.bytes.of(spliced.bytes).string == expected.string)
            #expect(result.status == wanted.status)
            #expect(OrderJSON.statusRange(in: result.bytes.of(spliced.bytes)) == result.status)
        }
    }

    @Test("In what is cut off before its items no status is found, nor a byte read behind it")
    func truncatedOrder() {
        var buffer = ByteBuffer()
        let order = encode(customer: "A\"\\", status: "s\\\"", into: &buffer)
        for count in 0..<buffer.count {
            let found = withGuardedBytes(buffer.bytes.prefix(count), readable: 0) { OrderJSON.statusRange(in: $0) }
            #expect(found == (count >= order.status.end + ",\"items\":[".utf8.count ? order.status : nil))
        }
    }

    @Test("Where a database that was taken over holds NULL the status is found, and can be replaced")
    func nullTexts() {
        let order =
            #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":null,"status":null,"items":[]}"#
        var spliced = ByteBuffer()
        withGuardedBytes(order.utf8, readable: 0) { bytes in
            guard let status = OrderJSON.statusRange(in: bytes) else { return #expect(Bool(false)) }
            #expect(status.of(bytes).string == "null")
            withGuardedBytes("\"paid\"".utf8, readable: 0) {
                _ = OrderJSON.appendReplacingStatus(order: bytes, statusRange: status, newStatus: $0, into: &spliced)
            }
        }
        #expect(spliced.string == order.replacing("\"status\":null", with: "\"status\":\"paid\""))
    }

    @Test(
        "In JSON of another shape no status is found",
        arguments: [
            "", "{}", "null", #"{"status":"received"}"#,
            #"{"order_id": "01890a5d-ac96-774b-bcce-b302099a8057", "customer_name": "A", "status": "s", "items": []}"#,
            #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":"A","items":[],"status":"s"}"#,
            #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":null,"status":"s"}"#,
            #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":"A","status":null}"#,
            #"{"order_id":"01890a5d-ac96-774b-bcce","customer_name":"A","status":"s","items":[]}"#,
            #"{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","customer_name":"A","status":"s"}"#,
        ])
    func otherShapes(json: String) {
        #expect(withGuardedBytes(json.utf8, readable: 0) { OrderJSON.statusRange(in: $0) } == nil)
    }
}
