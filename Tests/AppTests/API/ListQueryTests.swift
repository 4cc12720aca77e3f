import Reactor
import Testing

@testable import App

@Suite struct ListQueryTests {
    private static func query(_ text: String) throws(OrderRejection) -> ListQuery {
        var copy = text
        // A closure that throws a typed error can't be lent the bytes.
        let result = copy.withUTF8 { bytes -> Result<ListQuery, OrderRejection> in
            do throws(OrderRejection) {
                return .success(try ListQuery(UnsafeRawBufferPointer(bytes)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

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
        // Of equal names the last counts.
        Row(text: "limit=5&limit=6", limit: 6),
        // What is not known is not looked at.
        Row(text: "page=2&Limit=5&limits=9&sort=%zz", limit: 100),
        Row(text: "limit=5=&x".replacing("=&x", with: ""), limit: 5),
    ]

    @Test("Parameters are read in any order, with the defaults for those that are missing", arguments: rows)
    private func reads(row: Row) throws {
        let query = try Self.query(row.text)
        #expect(query.limit == row.limit && query.after == row.after)
        #expect(query.status.map { String(decoding: $0, as: UTF8.self) } == row.status)
        let isFirst = row.after == nil && row.status == nil
        #expect(query.page == (isFirst ? .first(limit: row.limit) : .other))
    }

    private static let limit = "limit must be an integer from 1 to 1000"
    private static let after = "after must be the next cursor of an earlier answer"
    private static let status = "status must be a text"

    @Test(
        "A value that makes no sense is refused with a sentence about it",
        arguments: [
            ("limit=0", limit), ("limit=1001", limit), ("limit=", limit), ("limit", limit), ("limit=-1", limit),
            ("limit=+5", limit), ("limit=5.0", limit), ("limit=1e2", limit), ("limit=%35", limit), ("limit= 5", limit),
            ("limit=99999999999999999999", limit), ("limit=9223372036854775808", limit), ("limit=5=5", limit),
            ("after=", after), ("after=-1", after), ("after=x", after), ("after=9223372036854775808", after),
            ("status=", status), ("status", status), ("status=%4", status), ("status=%zz", status),
            ("limit=5&after=x", after), ("limit=5&limit=0", limit),
        ])
    func refuses(text: String, sentence: String) {
        #expect(throws: OrderRejection(message: sentence)) { try Self.query(text) }
    }
}
