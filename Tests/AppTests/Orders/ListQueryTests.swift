import Reactor
import Testing

@testable import Orders

@Suite struct ListQueryTests {
    private struct Row: Sendable {
        var text: String
        var limit = 100
        var after: Int64?
        var status: String?
    }

    private static let rows = [
        Row(text: ""),
        Row(text: "&&"),
        Row(text: "limit=1", limit: 1),
        Row(text: "limit=1000", limit: 1000),
        Row(text: "limit=0007", limit: 7),
        Row(text: "after=0", after: 0),
        Row(text: "after=9223372036854775807", after: .max),
        Row(text: "status=received", status: "received"),
        Row(text: "status=on+hold", status: "on hold"),
        Row(text: "status=na%C3%AFve%2B%26", status: "naïve+&"),
        Row(text: "limit=5&after=42&status=new", limit: 5, after: 42, status: "new"),
        Row(text: "status=new&after=42&limit=5", limit: 5, after: 42, status: "new"),
        // An escape is the character that it stands for, in names too.
        Row(text: "limit=%35", limit: 5),
        Row(text: "%6Cimit=5&st%61tus=n%65w", limit: 5, status: "new"),
        Row(text: "status=12345678901234567890", status: "12345678901234567890"),
        Row(text: "status=" + String(repeating: "%F0%9D%84%9E", count: 20), status: String(repeating: "𝄞", count: 20)),
        Row(text: "status=%00", status: "\0"),
        // What is not known is not looked at.
        Row(text: "page=2&Limit=5&limits=9&sort=%zz", limit: 100),
        Row(text: "limit=5=&x".replacing("=&x", with: ""), limit: 5),
    ]

    @Test("Parameters are read in any order, with the defaults for those that are missing", arguments: rows)
    private func reads(row: Row) throws {
        let query = try ListQuery(text: row.text)
        #expect(query.limit == row.limit && query.after == row.after)
        #expect(query.status.map { String(decoding: $0, as: UTF8.self) } == row.status)
        #expect(query.isFirstPage == (row.after == nil && row.status == nil))
    }

    private static let limit = "limit must be an integer from 1 to 1000"
    private static let after = "after must be the next cursor of an earlier answer"
    private static let status = "status must be a text of 1 to 20 characters"

    @Test(
        "A value that makes no sense is refused with a sentence about it",
        arguments: [
            ("limit=0", limit), ("limit=1001", limit), ("limit=", limit), ("limit", limit), ("limit=-1", limit),
            ("limit=+5", limit), ("limit=5.0", limit), ("limit=1e2", limit), ("limit= 5", limit), ("limit=%zz", limit),
            ("limit=99999999999999999999", limit), ("limit=9223372036854775808", limit), ("limit=5=5", limit),
            ("after=", after), ("after", after), ("after=-1", after), ("after=x", after), ("after=null", after),
            ("after=9223372036854775808", after), ("after=1.5", after), ("after=%00", after), ("after=1%", after),
            ("status=", status), ("status", status), ("status=%4", status), ("status=%zz", status),
            ("status=123456789012345678901", status), ("status=%ff", status), ("status=%C3", status),
            ("status=%ED%A0%80", status), ("status=" + String(repeating: "%F0%9D%84%9E", count: 21), status),
            ("limit=5&after=x", after),
            ("limit=5&limit=5", "limit must be given once"), ("after=5&x=1&after=6", "after must be given once"),
            ("status=a&st%61tus=b", "status must be given once"),
        ])
    func refuses(text: String, sentence: String) {
        #expect(throws: OrderRejection(message: sentence)) { try ListQuery(text: text) }
    }
}

extension ListQuery {
    init(text: String) throws(OrderRejection) {
        var copy = text
        // A closure that throws a typed error can't be lent the bytes.
        let result = copy.withUTF8 { bytes -> Result<ListQuery, OrderRejection> in
            do throws(OrderRejection) {
                return .success(try ListQuery(UnsafeRawBufferPointer(bytes)))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}
