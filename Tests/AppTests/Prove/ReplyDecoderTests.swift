import Testing

@testable import Prove

@Suite("Bodies of answers") struct ReplyDecoderTests {
    private let decoder = ReplyDecoder()

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("An order is read as it was sent")
    func order() {
        let sent = ProveOrder(run: "r", number: 6)
        let id = LedgerFixture.id(6)
        let body = #"{"order_id":"\#(id)",\#(sent.body.dropFirst())"#
        #expect(decoder.order(bytes(body)) == LedgerFixture.order(6, status: "s0"))
        for text in [
            "", "[]", "{}", #"{"customer_name":"a","status":"b"}"#, #"{"customer_name":1,"status":"b","items":[]}"#,
        ] {
            #expect(decoder.order(bytes(text)) == nil, "\(text)")
        }
        #expect(decoder.orderID(bytes(#"{"order_id":"\#(id)"}"#)) == id && decoder.orderID(bytes("{}")) == nil)
        #expect(decoder.error(bytes(#"{"error":"no"}"#)) == "no" && decoder.error(bytes("<html>")) == nil)
    }

    @Test("Pages of the list, and what the walk keeps of them")
    func pages() throws {
        let order = ProveOrder(run: "r", number: 1)
        let other = ProveOrder(run: "q", number: 1)
        let first = try #require(
            decoder.page(bytes(#"{"total_orders":3,"orders":[\#(order.body),\#(other.body)],"next":"41"}"#)))
        let last = try #require(decoder.page(bytes(#"{"total_orders":3,"orders":[],"next":null}"#)))
        #expect(first.next == "41" && last.next == nil && first.orders.count == 2)
        var walk = ListWalk()
        walk.add(first, run: "r")
        walk.add(last, run: "r")
        #expect(walk.orders.mapValues(\.count) == [1: 1] && walk.count == 2)
        #expect(walk.gap != nil)
        // Somebody else wrote meanwhile, so nothing can be said.
        walk.add(ListPage(total: 4, orders: []), run: "r")
        #expect(walk.gap == nil)
        #expect(decoder.page(bytes(#"{"total_orders":3,"orders":[]}"#)) == nil)
    }

    @Test("What a GET of an order showed, or that it should come again")
    func shown() {
        func shown(_ status: Int, _ body: String = "{}") -> ShownState? {
            decoder.shown(HTTPReply(status: status, body: bytes(body)))
        }
        #expect(shown(404) == .nothing)
        for status in [408, 429, 500, 502, 503] { #expect(shown(status) == nil, "\(status)") }
        for status in [200, 302, 400] {
            guard case .other = shown(status) else {
                Issue.record("\(status)")
                return
            }
        }
    }
}
