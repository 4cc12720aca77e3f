import Reactor

/// The query of GET /orders: `?limit=1..1000&after=<cursor>&status=<text>`. Equal ones have equal answers, so that the
/// caches know pages by it.
package struct ListQuery: Hashable, Sendable {
    package static let defaultLimit = 100
    package static let limits = 1...1000

    package var limit = defaultLimit
    /// The `next` of the page before: the position of its last order, whether that is still there or not. Clients are
    /// told nothing about what it means.
    package var after: Int64?
    /// Only orders of this status: UTF-8, 1 to 20 scalars.
    package var status: [UInt8]?

    /// The newest orders of any status.
    package var isFirstPage: Bool { after == nil && status == nil }

    /// Memory of the value, which a cache adds to that of the page.
    package var footprintBytes: Int { MemoryLayout<ListQuery>.stride + (status?.count ?? 0) }

    /// Throws a sentence about the first parameter that is wrong, or given twice; unknown parameters are ignored.
    package init(_ query: UnsafeRawBufferPointer) throws(OrderRejection) {
        var parameters = QueryParameters(ByteRange(start: 0, count: query.count))
        var limit: Int?
        var text = ByteBuffer()
        while let (name, value) = parameters.next(in: query) {
            guard let parameter = Parameter(name.of(query), &text) else { continue }
            text.removeAll()
            guard PercentEncoding.decode(value.of(query), into: &text, plusIsSpace: true) != nil else {
                throw parameter.rejection
            }
            switch parameter {
            case .limit:
                guard limit == nil else { throw parameter.repeated }
                limit = try Self.limit(text.bytes)
            case .after:
                guard after == nil else { throw parameter.repeated }
                after = try Self.cursor(text.bytes)
            case .status:
                guard status == nil else { throw parameter.repeated }
                status = try Self.status(text.bytes)
            }
        }
        self.limit = limit ?? Self.defaultLimit
    }

    private static func limit(_ text: UnsafeRawBufferPointer) throws(OrderRejection) -> Int {
        guard let number = number(text), limits.contains(Int(clamping: number)) else { throw Parameter.limit.rejection }
        return Int(number)
    }

    private static func cursor(_ text: UnsafeRawBufferPointer) throws(OrderRejection) -> Int64 {
        guard let number = number(text) else { throw Parameter.after.rejection }
        return number
    }

    /// Within the limits of a status as it is written: no other can be found, nor be the name of a page in a cache.
    private static func status(_ text: UnsafeRawBufferPointer) throws(OrderRejection) -> [UInt8] {
        let status = [UInt8](text)
        guard OrderLimits.holds(text, maximum: OrderLimits.statusScalars),
            String(validating: status, as: UTF8.self) != nil
        else { throw Parameter.status.rejection }
        return status
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

private enum Parameter {
    case limit, after, status

    /// nil for any other name; `text` is overwritten.
    init?(_ name: UnsafeRawBufferPointer, _ text: inout ByteBuffer) {
        text.removeAll()
        guard PercentEncoding.decode(name, into: &text, plusIsSpace: true) != nil else { return nil }
        if text.bytes.equals("limit") {
            self = .limit
        } else if text.bytes.equals("after") {
            self = .after
        } else if text.bytes.equals("status") {
            self = .status
        } else {
            return nil
        }
    }

    var rejection: OrderRejection {
        switch self {
        case .limit:
            OrderRejection(
                message:
                    "limit must be an integer from \(ListQuery.limits.lowerBound) to \(ListQuery.limits.upperBound)")
        case .after: OrderRejection(message: "after must be the next cursor of an earlier answer")
        case .status: OrderRejection(message: "status must be a text of 1 to \(OrderLimits.statusScalars) characters")
        }
    }

    var repeated: OrderRejection {
        switch self {
        case .limit: OrderRejection(message: "limit must be given once")
        case .after: OrderRejection(message: "after must be given once")
        case .status: OrderRejection(message: "status must be given once")
        }
    }
}
