import Reactor
import Testing

@testable import Orders
@testable import Store

/// What every reader promises, whatever the orders are kept in.
@Suite struct OrderReaderTests {
    @Test("An order reads as the JSON of the contract, its items as they were given", arguments: StoreKind.allCases)
    func order(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in
            batch.create(1, customer: "O\"Neil\n日本", status: "", items: [("b", 2_147_483_647), ("a", 1), ("b", 3)])
            batch.create(2, items: [])
        }
        var buffer = ByteBuffer()
        buffer.append("before ")
        #expect(try it.reader.order(testID(1), into: &buffer) == .found(testVersion(0)))
        #expect(
            buffer.string == """
                before {"order_id":"\(testText(1))","customer_name":"O\\"Neil\\n日本","status":"","items":[\
                {"name":"b","quantity":2147483647},{"name":"a","quantity":1},{"name":"b","quantity":3}]}
                """)
        buffer.removeAll()
        #expect(try it.reader.order(testID(2), into: &buffer) == .found(testVersion(0)))
        #expect(buffer.string.hasSuffix(#""items":[]}"#))
        buffer.removeAll()
        #expect(try it.reader.order(testID(3), into: &buffer) == .missing(since: .none))
        #expect(buffer.string == "")
    }

    @Test("A read sees the commit that came before it, without reopening", arguments: StoreKind.allCases)
    func freshness(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var buffer = ByteBuffer()
        #expect(try it.reader.order(testID(1), into: &buffer) == .missing(since: .none))
        try create(it) { $0.create(1) }
        #expect(try it.reader.order(testID(1), into: &buffer) == .found(testVersion(0)))
    }

    @Test(
        "Pages follow each other newest first, each order once, and the last has no next",
        arguments: StoreKind.allCases, [1, 2, 3, 4, 7, 8])
    func pages(kind: StoreKind, limit: Int) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in for number in 1...7 { batch.create(number, items: [("Tea", 1), ("Cup", 2)]) } }
        var seen: [String] = []
        var cursor: Int64?
        var pages = 0
        repeat {
            let page = try it.page(limit: limit, after: cursor)
            #expect(page.text.hasPrefix(#"{"total_orders":7,"orders":["#))
            #expect(page.ids.count == min(limit, 7 - seen.count))
            seen += page.ids
            cursor = page.next
            pages += 1
        } while cursor != nil
        #expect(seen == (1...7).reversed().map(testText))
        #expect(pages == (7 + limit - 1) / limit)
    }

    @Test("A page of huge orders ends before its limit, and the rest follows it", arguments: StoreKind.allCases)
    func hugeOrders(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let name = String(repeating: "\u{1F375}", count: OrderLimits.itemNameScalars)
        let items = (1...OrderLimits.items).map { (name, Int32($0)) }
        try create(it) { batch in for number in 1...150 { batch.create(number, items: items) } }
        let first = try it.page(limit: 1000, after: nil)
        let largestOrder = OrderPage.fullBytes / 100
        #expect((OrderPage.fullBytes..<OrderPage.fullBytes + largestOrder).contains(first.text.utf8.count))
        let second = try it.page(limit: 1000, after: first.next)
        #expect(first.ids + second.ids == (1...150).reversed().map(testText))
        #expect(second.next == nil)
    }

    @Test("A page is not disturbed by orders that come or go between two reads", arguments: StoreKind.allCases)
    func stableCursor(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in for number in 1...6 { batch.create(number) } }
        let first = try it.page(limit: 2, after: nil)
        try create(it) { batch in
            batch.create(7)
            batch.delete(5)
            batch.delete(4)
        }
        let second = try it.page(limit: 2, after: first.next)
        #expect(second.ids == [testText(3), testText(2)])
        #expect(second.text.hasPrefix(#"{"total_orders":5,"#))
    }

    @Test("An empty database is an empty page", arguments: StoreKind.allCases)
    func empty(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        #expect(try it.page(limit: 100, after: nil).text == #"{"total_orders":0,"orders":[],"next":null}"#)
        #expect(
            try it.page(limit: 100, after: 50, status: "paid").text == #"{"total_orders":0,"orders":[],"next":null}"#)
    }

    @Test("A page of one status holds only its orders, and the total counts all", arguments: StoreKind.allCases)
    func status(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in
            for number in 1...9 { batch.create(number, status: number % 3 == 0 ? "paid" : "received") }
        }
        let first = try it.page(limit: 2, after: nil, status: "paid")
        #expect(first.ids == [testText(9), testText(6)] && first.text.hasPrefix(#"{"total_orders":9,"#))
        let second = try it.page(limit: 2, after: first.next, status: "paid")
        #expect(second.ids == [testText(3)] && second.next == nil)
    }

    @Test(
        "Pages of a status are full, whatever lies between its orders, and the last one has no next",
        arguments: StoreKind.allCases, [1, 2, 3, 4])
    func rareStatus(kind: StoreKind, limit: Int) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in
            for number in 1...600 { batch.create(number, status: number % 200 == 1 ? "lost" : "received") }
        }
        try it.insertOrder(position: 1_000_000)
        try create(it) { batch in batch.create(601, status: "lost") }
        var seen: [String] = []
        var cursor: Int64?
        repeat {
            let page = try it.page(limit: limit, after: cursor, status: "lost")
            #expect(page.ids.count == min(limit, 4 - seen.count))
            seen += page.ids
            #expect((page.next == nil) == (seen.count == 4))
            cursor = page.next
        } while cursor != nil
        #expect(seen == [601, 401, 201, 1].map(testText))
    }

    @Test("A status matches byte for byte", arguments: StoreKind.allCases)
    func exactStatus(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let names = [
            "paid", "Paid", "PAID", "paid ", " paid", "pàid", "pa%d", "pa_d", "paid\\", "'", "ß", "ss", "𝄞", "\0",
            "\0a",
        ]
        try create(it) { batch in
            for (number, name) in names.enumerated() { batch.create(number, status: name) }
        }
        for (number, name) in names.enumerated() {
            let page = try it.page(limit: 100, after: nil, status: name)
            #expect(page.ids == [testText(number)] && page.next == nil, "\(name)")
        }
        for name in ["paid  ", "aid", "pai", "", "?", "p\u{302}aid"] {
            #expect(try it.page(limit: 100, after: nil, status: name).ids == [], "\(name)")
        }
    }

    @Test(
        "An order that changes its status is in the list of the new one and not of the old one",
        arguments: StoreKind.allCases)
    func changedStatus(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in for number in 1...3 { batch.create(number) } }
        try create(it) { batch in
            batch.update(2, status: "paid")
            batch.delete(3)
        }
        #expect(try it.page(limit: 9, after: nil, status: "received").ids == [testText(1)])
        #expect(try it.page(limit: 9, after: nil, status: "paid").ids == [testText(2)])
    }

    @Test(
        "A cursor of an order that is gone goes on behind its place; one that never was is no error",
        arguments: StoreKind.allCases, [String?.none, "received"])
    func oldCursors(kind: StoreKind, status: String?) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { batch in for number in 1...6 { batch.create(number) } }
        let cursor = try #require(try it.page(limit: 2, after: nil, status: status).next)
        try create(it) { batch in for number in [5, 6, 4] { batch.delete(number) } }
        #expect(try it.page(limit: 9, after: cursor, status: status).ids == [3, 2, 1].map(testText))
        // As after a reset, when numbers may start anew.
        try create(it) { batch in for number in 1...3 { batch.delete(number) } }
        let empty = #"{"total_orders":0,"orders":[],"next":null}"#
        #expect(try it.page(limit: 9, after: cursor, status: status).text == empty)
        try create(it) { batch in batch.create(7) }
        for position in [0, 1, cursor, .max - 1, .max] {
            #expect(try it.page(limit: 9, after: position, status: status).next == nil)
        }
        #expect(try it.page(limit: 9, after: .max, status: status).ids == [testText(7)])
        #expect(try it.page(limit: 9, after: 0, status: status).ids == [])
    }

    private func create(_ it: StoreUnderTest, _ fill: (inout JobBatch) -> Void) throws {
        var batch = JobBatch()
        batch.messages.append(UUID(high: .random(in: 0 ... .max), low: 0))
        fill(&batch)
        _ = try it.apply(batch)
    }
}
