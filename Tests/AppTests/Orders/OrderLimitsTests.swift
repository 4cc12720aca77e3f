import Reactor
import Testing

@testable import Orders

@Suite struct OrderLimitsTests {
    /// One user-perceived character each, of one or more scalars, in UTF-8 of one to four bytes a scalar.
    private static let units: [(text: String, scalars: Int)] = [
        ("a", 1), ("\u{7f}", 1), ("é", 1), ("e\u{301}", 2), ("€", 1), ("\u{FFFD}", 1), ("\u{10000}", 1),
        ("\u{10FFFF}", 1), ("😀", 1), ("👩‍👩‍👧‍👦", 7), ("🇩🇪", 2), ("\u{0}", 1),
    ]

    @Test("Texts are counted in scalars, up to the limit and no further", arguments: units)
    func countsScalars(unit: String, scalars: Int) {
        for maximum in [20, 80] {
            let padding = String(repeating: "x", count: maximum % scalars)
            let full = String(repeating: unit, count: maximum / scalars) + padding
            #expect(full.unicodeScalars.count == maximum)
            #expect(holds(full, maximum))
            #expect(!holds(full + "x", maximum))
            #expect(!holds(full + "\u{301}", maximum), "a combining mark counts, although it makes no character")
            #expect(!holds("😀" + full, maximum))
        }
    }

    @Test("An empty text is too short")
    func emptyText() {
        #expect(!holds("", 80))
        #expect(!OrderLimits.holds(UnsafeRawBufferPointer(start: nil, count: 0), maximum: 80))
    }

    private func holds(_ text: String, _ maximum: Int) -> Bool {
        withGuardedBytes(text.utf8, readable: 0) { OrderLimits.holds($0, maximum: maximum) }
    }

    @Test(
        "The limits hold in a whole document, astral characters written out or escaped",
        arguments: ["😀", #"\ud83d\ude00"#])
    func documentLimits(unit: String) {
        func accepted(customer: Int, item: Int, status: Int) -> Bool {
            let body = """
                {"customer_name":"\(String(repeating: unit, count: customer))",
                "status":"\(String(repeating: unit, count: status))",
                "items":[{"name":"\(String(repeating: unit, count: item))","quantity":1}]}
                """
            return isAccepted(body)
        }
        #expect(accepted(customer: 80, item: 80, status: 20))
        #expect(!accepted(customer: 81, item: 80, status: 20))
        #expect(!accepted(customer: 80, item: 81, status: 20))
        #expect(!accepted(customer: 80, item: 80, status: 21))
    }

    @Test("An order has 1 to 100 items")
    func itemCount() {
        func accepted(_ count: Int) -> Bool {
            let items = Array(repeating: #"{"name":"N","quantity":1}"#, count: count).joined(separator: ",")
            return isAccepted("{\"customer_name\":\"A\",\"items\":[\(items)]}")
        }
        #expect(!accepted(0))
        #expect(accepted(1))
        #expect(accepted(100))
        #expect(!accepted(101))
    }

    private func isAccepted(_ body: String) -> Bool {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        var buffer = ByteBuffer()
        do throws(OrderRejection) {
            _ = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
                try decoder.decodeOrder(bytes, id: UUID(high: 1, low: 2), into: &buffer)
            }
            return true
        } catch {
            return false
        }
    }
}
