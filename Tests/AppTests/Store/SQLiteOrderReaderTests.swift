import Reactor
import Testing

@testable import App

@Suite struct SQLiteOrderReaderTests {
    let directory = TemporaryDirectory()
    let store: SQLiteOrderStore
    let reader: SQLiteOrderReader

    init() throws {
        store = try SQLiteOrderStore(path: directory.file("orders.db"))
        reader = try SQLiteOrderReader(path: directory.file("orders.db"))
    }

    @Test("An order reads as the JSON of the contract, its items as they were given")
    func order() throws {
        try create { batch in
            batch.create(1, customer: "O\"Neil\n日本", status: "", items: [("b", 2_147_483_647), ("a", 1), ("b", 3)])
            batch.create(2, items: [])
        }
        var buffer = ByteBuffer()
        buffer.append("before ")
        #expect(try reader.order(testID(1), into: &buffer))
        #expect(
            buffer.string == """
                before {"order_id":"\(testText(1))","customer_name":"O\\"Neil\\n日本","status":"","items":[\
                {"name":"b","quantity":2147483647},{"name":"a","quantity":1},{"name":"b","quantity":3}]}
                """)
        buffer.removeAll()
        #expect(try reader.order(testID(2), into: &buffer) && buffer.string.hasSuffix(#""items":[]}"#))
        buffer.removeAll()
        #expect(try !reader.order(testID(3), into: &buffer) && buffer.isEmpty)
    }

    @Test("A read sees the commit that came before it, without reopening")
    func freshness() throws {
        var buffer = ByteBuffer()
        #expect(try !reader.order(testID(1), into: &buffer))
        try create { $0.create(1) }
        #expect(try reader.order(testID(1), into: &buffer))
    }

    @Test(
        "Pages follow each other newest first, each order once, and the last has no next",
        arguments: [1, 2, 3, 4, 7, 8])
    func pages(limit: Int) throws {
        try create { batch in for number in 1...7 { batch.create(number, items: [("Tea", 1), ("Cup", 2)]) } }
        var seen: [String] = []
        var cursor: Int64?
        var pages = 0
        repeat {
            let page = try read(limit: limit, after: cursor)
            #expect(page.text.hasPrefix(#"{"total_orders":7,"orders":["#))
            #expect(page.ids.count == min(limit, 7 - seen.count))
            seen += page.ids
            cursor = page.next
            pages += 1
        } while cursor != nil
        #expect(seen == (1...7).reversed().map(testText))
        #expect(pages == (7 + limit - 1) / limit)
    }

    @Test("A page is not disturbed by orders that come or go between two reads")
    func stableCursor() throws {
        try create { batch in for number in 1...6 { batch.create(number) } }
        let first = try read(limit: 2, after: nil)
        try create { batch in
            batch.create(7)
            batch.delete(5)
            batch.delete(4)
        }
        let second = try read(limit: 2, after: first.next)
        #expect(second.ids == [testText(3), testText(2)])
        #expect(second.text.hasPrefix(#"{"total_orders":5,"#))
    }

    @Test("An empty database is an empty page")
    func empty() throws {
        #expect(try read(limit: 100, after: nil).text == #"{"total_orders":0,"orders":[],"next":null}"#)
        #expect(try read(limit: 100, after: 50, status: "paid").text == #"{"total_orders":0,"orders":[],"next":null}"#)
    }

    @Test("A page of one status holds only its orders, and the total counts all")
    func status() throws {
        try create { batch in
            for number in 1...9 { batch.create(number, status: number % 3 == 0 ? "paid" : "received") }
        }
        let first = try read(limit: 2, after: nil, status: "paid")
        #expect(first.ids == [testText(9), testText(6)] && first.text.hasPrefix(#"{"total_orders":9,"#))
        let second = try read(limit: 2, after: first.next, status: "paid")
        #expect(second.ids == [testText(3)] && second.next == nil)
    }

    @Test("A rare status is looked for in bounded steps, and found behind any gap")
    func rareStatus() throws {
        try create { $0.create(1, status: "lost") }
        let connection = try SQLiteConnection.open(path: directory.file("orders.db"))
        let distance = SQLiteOrderReader.rowsExaminedByStatus * 5 / 2
        try connection.execute(
            "INSERT INTO orders (rowid, id, customer_name, status) VALUES (\(1 + distance), 'x', 'x', 'y')")
        let first = try read(limit: 5, after: nil, status: "lost")
        #expect(first.ids == [] && first.next == 2)
        let second = try read(limit: 5, after: first.next, status: "lost")
        #expect(second.ids == [testText(1)] && second.next == nil)
    }

    @Test("Both reads go through indexes and need no sort", arguments: ["order", "page"])
    func plans(query: String) throws {
        let connection = try SQLiteConnection.open(path: directory.file("orders.db"))
        let sql = query == "order" ? SQLiteOrderReader.orderSQL : SQLiteOrderReader.pageSQL
        let plan = try SQLiteStatement(connection, "EXPLAIN QUERY PLAN \(sql)")
        var steps: [String] = []
        while try plan.step() { steps.append(plan.withText(3) { String(decoding: $0!, as: UTF8.self) }) }
        #expect(steps.count == 2 && steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(steps)")
    }

    private func create(_ fill: (inout JobBatch) -> Void) throws {
        var batch = JobBatch()
        batch.messages.append(UUID(high: .random(in: 0 ... .max), low: 0))
        fill(&batch)
        _ = try store.apply(batch, partition: 0, forgetting: .nothing) { _ in }
    }

    private func read(
        limit: Int, after cursor: Int64?, status: String? = nil
    ) throws -> (text: String, ids: [String], next: Int64?) {
        var buffer = ByteBuffer()
        var name = ByteBuffer()
        if let status { name.append(string: status) }
        try reader.page(limit: limit, after: cursor, status: status == nil ? nil : name.bytes, into: &buffer)
        let text = buffer.string
        let ids = text.split(separator: #"{"order_id":""#, omittingEmptySubsequences: false).dropFirst().map {
            String($0.prefix(36))
        }
        let tail = text[text.range(of: #""next":"#)!.upperBound...].dropLast()
        return (text, ids, tail == "null" ? nil : Int64(tail.dropFirst().dropLast()))
    }
}

extension String {
    fileprivate func range(of needle: String) -> Range<String.Index>? { ranges(of: needle).last }
}
