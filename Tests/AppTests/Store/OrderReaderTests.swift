import Reactor
import Testing

@testable import App

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
        #expect(try it.reader.order(testID(1), into: &buffer))
        #expect(
            buffer.string == """
                before {"order_id":"\(testText(1))","customer_name":"O\\"Neil\\n日本","status":"","items":[\
                {"name":"b","quantity":2147483647},{"name":"a","quantity":1},{"name":"b","quantity":3}]}
                """)
        buffer.removeAll()
        #expect(try it.reader.order(testID(2), into: &buffer) && buffer.string.hasSuffix(#""items":[]}"#))
        buffer.removeAll()
        #expect(try !it.reader.order(testID(3), into: &buffer) && buffer.isEmpty)
    }

    @Test("A read sees the commit that came before it, without reopening", arguments: StoreKind.allCases)
    func freshness(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var buffer = ByteBuffer()
        #expect(try !it.reader.order(testID(1), into: &buffer))
        try create(it) { $0.create(1) }
        #expect(try it.reader.order(testID(1), into: &buffer))
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

    @Test("A rare status is looked for in bounded steps, and found behind any gap", arguments: StoreKind.allCases)
    func rareStatus(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try create(it) { $0.create(1, status: "lost") }
        let distance = SQLiteOrderReader.rowsExaminedByStatus * 5 / 2
        try it.insertOrder(position: 1 + distance)
        let first = try it.page(limit: 5, after: nil, status: "lost")
        #expect(first.ids == [] && first.next == 2)
        let second = try it.page(limit: 5, after: first.next, status: "lost")
        #expect(second.ids == [testText(1)] && second.next == nil)
    }

    private func create(_ it: StoreUnderTest, _ fill: (inout JobBatch) -> Void) throws {
        var batch = JobBatch()
        batch.messages.append(UUID(high: .random(in: 0 ... .max), low: 0))
        fill(&batch)
        _ = try it.apply(batch)
    }
}
