import Reactor
import Testing

@testable import Orders

private let id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
private let idText = "01890a5d-ac96-774b-bcce-b302099a8057"

/// The outcome of decoding one body: the order's JSON or the sentence of its rejection.
private func decodeOrder(_ body: String) -> Result<String, OrderRejection> {
    var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
    var buffer = ByteBuffer()
    buffer.append("before")
    let outcome = Result { () throws(OrderRejection) -> String in
        let order = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
            try decoder.decodeOrder(bytes, id: id, into: &buffer)
        }
        #expect(order.bytes.start == 6 && order.bytes.end == buffer.count)
        let json = order.bytes.of(buffer.bytes)
        #expect(OrderJSON.statusRange(in: json) == order.status)
        return json.string
    }
    if case .failure = outcome { #expect(buffer.string == "before", "a rejection leaves nothing behind") }
    return outcome
}

private func order(_ customer: String = "\"Ada\"", items: String) -> String {
    "{\"customer_name\":\(customer),\"items\":\(items)}"
}

private func order(quantity: String) -> String { order(items: "[{\"name\":\"Nut\",\"quantity\":\(quantity)}]") }

@Suite struct OrderDecoderTests {
    @Test(
        "A valid order becomes canonical JSON",
        arguments: [
            (
                #"{"customer_name":"Ada Lovelace","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}"#,
                #""customer_name":"Ada Lovelace","status":"received","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}"#
            ),
            (
                " {\n\"items\" : [ {\"quantity\":1, \"name\":\"N\"} ],\t\"customer_name\":\"A\", \"status\":\"paid\"}\r\n",
                #""customer_name":"A","status":"paid","items":[{"name":"N","quantity":1}]}"#
            ),
            // Unknown fields of any shape are ignored, an order_id of the client's among them.
            (
                #"{"order_id":7,"x":{"customer_name":[1.5,null]},"customer_name":"A","items":[{"name":"N","quantity":1,"z":[]}]}"#,
                #""customer_name":"A","status":"received","items":[{"name":"N","quantity":1}]}"#
            ),
            // Of duplicate keys the last wins, whatever the others were.
            (
                #"{"customer_name":7,"items":[],"status":null,"customer_name":"B","status":"s","items":[{"name":1,"quantity":0,"quantity":3,"name":"N"}]}"#,
                #""customer_name":"B","status":"s","items":[{"name":"N","quantity":3}]}"#
            ),
            // Keys may be escaped, too.
            (
                #"{"customer\u005fname":"\u0041\/\ud83d\ude00é","items":[{"name":"\"\\\u0000","quantity":1}]}"#,
                #""customer_name":"A/😀é","status":"received","items":[{"name":"\"\\\u0000","quantity":1}]}"#
            ),
        ])
    func validOrder(body: String, rest: String) throws {
        #expect(try decodeOrder(body).get() == "{\"order_id\":\"\(idText)\"," + rest)
    }

    @Test(
        "A quantity is an integer or a string of digits",
        arguments: [
            ("1", "1"), ("2147483647", "2147483647"), ("\"1\"", "1"), ("\"2147483647\"", "2147483647"),
            ("\"0042\"", "42"), ("\"000000000000000000000000000000000000000001\"", "1"), (#""\u0031""#, "1"),
        ])
    func validQuantity(json: String, expected: String) throws {
        #expect(try decodeOrder(order(quantity: json)).get().hasSuffix("\"quantity\":\(expected)}]}"))
    }

    @Test(
        "Any other quantity is rejected",
        arguments: [
            "0", "-0", "-1", "2147483648", "4294967297", "9223372036854775807", "9223372036854775808",
            "18446744073709551615", "1.0", "1.5", "1e3", "1E0", "true", "false", "null", "[]", "[1]", "{}",
            "\"\"", "\"0\"", "\"-1\"", "\"+1\"", "\" 1\"", "\"1 \"", "\"1.0\"", "\"1e3\"", "\"0x1\"", "\"1_000\"",
            "\"2147483648\"", "\"99999999999999999999999999999999999999\"", "\"٣\"", "\"1\\u0000\"",
        ])
    func invalidQuantity(json: String) {
        let sentence = "items[0].quantity must be an integer from 1 to 2147483647"
        #expect(decodeOrder(order(quantity: json)) == .failure(OrderRejection(message: sentence)))
    }

    private static let customerSentence = "customer_name must be a text of 1 to 80 characters"
    private static let itemsSentence = "items must be an array of 1 to 100 objects"

    @Test(
        "A rejection names the field and what was expected",
        arguments: [
            ("", "body is not valid JSON: it is empty"),
            (
                "{\"customer_name\":\"A}",
                "body is not valid JSON: a text is not closed or holds what JSON does not allow there"
            ),
            ("{\"customer_name\":01}", "body is not valid JSON: a number is malformed or does not fit 64 bits"),
            ("{]", "body is not valid JSON: a comma, colon, bracket or value is missing or out of place"),
            (String(repeating: "[", count: 99) + String(repeating: "]", count: 99), "body is nested too deeply"),
            (String(repeating: " ", count: 1 << 20) + "{}", "body is too large"),
            ("[]", "body must be a JSON object"),
            ("null", "body must be a JSON object"),
            ("\"{}\"", "body must be a JSON object"),
            ("12", "body must be a JSON object"),
            ("{}", customerSentence),
            (order("null", items: "[]"), customerSentence),
            (order("7", items: "[]"), customerSentence),
            (order("\"\"", items: "[]"), customerSentence),
            (order("[\"A\"]", items: "[]"), customerSentence),
            (#"{"customer_name":"A","items":[{"name":"N","quantity":1}],"customer_name":null}"#, customerSentence),
            (#"{"Customer_Name":"A","items":[{"name":"N","quantity":1}]}"#, customerSentence),
            (#"{"customer_name":"A"}"#, itemsSentence),
            (order(items: "[]"), itemsSentence),
            (order(items: "{}"), itemsSentence),
            (order(items: "null"), itemsSentence),
            (order(items: "\"Nut\""), itemsSentence),
            (order(items: "[1]"), "items[0] must be an object with name and quantity"),
            (
                order(items: #"[{"name":"N","quantity":1},null]"#),
                "items[1] must be an object with name and quantity"
            ),
            (order(items: "[{}]"), "items[0].name must be a text of 1 to 80 characters"),
            (order(items: #"[{"name":"","quantity":1}]"#), "items[0].name must be a text of 1 to 80 characters"),
            (order(items: #"[{"name":1,"quantity":1}]"#), "items[0].name must be a text of 1 to 80 characters"),
            (
                order(items: #"[{"name":"N","quantity":1},{"name":"N","quantity":1},{"name":"N"}]"#),
                "items[2].quantity must be an integer from 1 to 2147483647"
            ),
            (#"{"customer_name":"A","items":[{"name":"N","quantity":1}],"status":null}"#, statusSentence),
            (#"{"customer_name":"A","items":[{"name":"N","quantity":1}],"status":""}"#, statusSentence),
            (#"{"customer_name":"A","items":[{"name":"N","quantity":1}],"status":1}"#, statusSentence),
            (#"{"customer_name":"A","items":[{"name":"N","quantity":1}],"status":["received"]}"#, statusSentence),
        ])
    func invalidOrder(body: String, sentence: String) {
        #expect(decodeOrder(body) == .failure(OrderRejection(message: sentence)))
    }

    private static let statusSentence = "status must be a text of 1 to 20 characters"

    @Test("A later body is not disturbed by a rejected one, with the same decoder and buffer")
    func decoderIsReused() throws {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        var buffer = ByteBuffer()
        for round in 0..<50 {
            let body = order("\"A\(round)\"", items: #"[{"name":"N","quantity":1}]"#)
            _ = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
                try decoder.decodeOrder(bytes, id: id, into: &buffer)
            }
            let count = buffer.count
            #expect(throws: OrderRejection.self) {
                try withGuardedBytes(body.utf8.dropLast(round % 30 + 1)) { (bytes) throws(OrderRejection) in
                    try decoder.decodeOrder(bytes, id: id, into: &buffer)
                }
            }
            #expect(buffer.count == count)
        }
        #expect(buffer.string.split(separator: "order_id").count == 51)
    }

    @Test("Every truncation of an order is rejected, and none makes the parser read past its padding")
    func truncatedOrders() {
        let body = order(items: #"[{"name":"N\u00e9","quantity":12},{"name":"O","quantity":"7"}]"#)
        for count in 0..<body.utf8.count {
            guard case .failure(let rejection) = decodeOrder(String(body.prefix(count))) else {
                Issue.record("accepted \(count) bytes")
                return
            }
            #expect(rejection.message.hasPrefix("body is not valid JSON: "))
        }
    }
}

@Suite struct StatusDecoderTests {
    private func decodeStatus(_ body: String) -> Result<String, OrderRejection> {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        var buffer = ByteBuffer()
        buffer.append("before")
        let outcome = Result { () throws(OrderRejection) -> String in
            let range = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
                try decoder.decodeStatus(bytes, into: &buffer)
            }
            #expect(range.start == 6 && range.end == buffer.count)
            return range.of(buffer.bytes).string
        }
        if case .failure = outcome { #expect(buffer.string == "before") }
        return outcome
    }

    @Test(
        "A status becomes a JSON string",
        arguments: [
            (#"{"status":"shipped"}"#, #""shipped""#),
            (#"{"status":1,"other":2,"status":"a\"b\\\n"}"#, #""a\"b\\\n""#),
            (#"{"status":"12345678901234567890"}"#, #""12345678901234567890""#),
            (#"{"status":"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"}"#, #""😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀""#),
        ])
    func validStatus(body: String, json: String) throws {
        #expect(try decodeStatus(body).get() == json)
    }

    @Test(
        "A status that is no text of 1 to 20 characters is rejected",
        arguments: [
            "{}", #"{"status":null}"#, #"{"status":""}"#, #"{"status":true}"#, #"{"status":{}}"#,
            #"{"status":"123456789012345678901"}"#, #"{"status":"shipped","status":null}"#,
        ])
    func invalidStatus(body: String) {
        let sentence = "status must be a text of 1 to 20 characters"
        #expect(decodeStatus(body) == .failure(OrderRejection(message: sentence)))
    }

    @Test("The body of a status change must be an object")
    func statusBodyIsNoObject() {
        #expect(decodeStatus("[]") == .failure(OrderRejection(message: "body must be a JSON object")))
    }
}
