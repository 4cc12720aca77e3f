import Reactor

/// The query of GET /orders: `?limit=1..1000&after=<cursor>&status=<text>`.
struct ListQuery: Hashable, Sendable {
    static let defaultLimit = 100
    static let limits = 1...1000

    var limit = defaultLimit
    /// The `next` of the page before; opaque to clients.
    var after: Int64?
    /// Only orders of this status; UTF-8.
    var status: [UInt8]?

    /// How the list cache knows the page.
    var page: ListPage { after == nil && status == nil ? .first(limit: limit) : .other }

    /// Throws a sentence about the first parameter that is wrong; unknown parameters are ignored.
    init(_ query: UnsafeRawBufferPointer) throws(OrderRejection) {
        var parameters = QueryParameters(ByteRange(start: 0, count: query.count))
        while let (name, value) = parameters.next(in: query) {
            if name.of(query).equals("limit") {
                guard let number = Self.number(value.of(query)), Self.limits.contains(Int(clamping: number)) else {
                    throw OrderRejection(message: "limit must be an integer from 1 to 1000")
                }
                limit = Int(number)
            } else if name.of(query).equals("after") {
                guard let number = Self.number(value.of(query)) else {
                    throw OrderRejection(message: "after must be the next cursor of an earlier answer")
                }
                after = number
            } else if name.of(query).equals("status") {
                status = try Self.decoded(value.of(query))
            }
        }
    }

    private static func decoded(_ value: UnsafeRawBufferPointer) throws(OrderRejection) -> [UInt8] {
        var text = ByteBuffer()
        guard let count = PercentEncoding.decode(value, into: &text, plusIsSpace: true), count > 0 else {
            throw OrderRejection(message: "status must be a text")
        }
        return [UInt8](text.bytes)
    }

    /// Decimal digits alone.
    private static func number(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard !text.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow && !carry else { return nil }
            number = sum
        }
        return number
    }
}
