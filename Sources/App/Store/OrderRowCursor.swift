import Orders
import Reactor

/// A result that stands at a row of orders joined with their items, whichever database it is from.
///
/// The columns are a position that is the order's own, its id, customer name and status, and of the item its id, name
/// and quantity. The rows of an order follow each other.
protocol OrderRowCursor: ~Copyable {
    associatedtype Failure: Error

    /// Moves to the next row; false at the end.
    func step() throws(Failure) -> Bool
    func isNull(_ column: Int32) -> Bool
    func integer(_ column: Int32) -> Int64
    /// Lends the UTF-8 of a column until `body` returns, nil for NULL.
    func withText<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result
}

/// Bounds of a page that no client can set.
enum OrderPage {
    /// A page ends that has so many bytes, whatever its limit. 1000 of the largest orders would take some forty times
    /// as many, and there may be a page for each request that waits.
    static let fullBytes = 4 << 20
}

extension OrderRowCursor where Self: ~Copyable {
    /// Appends the orders from here on, with commas between them: `limit` of them, or as many as fill a page. Call it
    /// at the first row of an order. Returns the cursor for the orders that follow, nil when none does.
    func appendOrders(limit: Int, into buffer: inout ByteBuffer) throws(Failure) -> Int64? {
        let start = buffer.count
        var last = Int64.max
        for index in 0..<limit {
            if buffer.count - start >= OrderPage.fullBytes { break }
            if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
            last = integer(0)
            guard try appendOrder(into: &buffer) else { return nil }
        }
        // It stands at the next order.
        return last
    }

    /// Appends the order at whose first row this stands, canonical as ``OrderJSON`` has it. Moves to the first row of
    /// the next order; false at the end.
    func appendOrder(into buffer: inout ByteBuffer) throws(Failure) -> Bool {
        let row = integer(0)
        buffer.append("{\"order_id\":")
        append(text: 1, into: &buffer)
        buffer.append(",\"customer_name\":")
        append(text: 2, into: &buffer)
        buffer.append(",\"status\":")
        append(text: 3, into: &buffer)
        buffer.append(",\"items\":[")
        var isFirst = true
        var hasMore = true
        // An order without items is one row without an item.
        while hasMore, integer(0) == row {
            if !isNull(4) {
                if !isFirst { buffer.append(byte: UInt8(ascii: ",")) }
                isFirst = false
                appendItem(into: &buffer)
            }
            hasMore = try step()
        }
        buffer.append("]}")
        return hasMore
    }

    private func appendItem(into buffer: inout ByteBuffer) {
        buffer.append("{\"name\":")
        append(text: 5, into: &buffer)
        buffer.append(",\"quantity\":")
        if isNull(6) {
            buffer.append("null")
        } else {
            buffer.append(signed: integer(6))
        }
        buffer.append("}")
    }

    /// A database that is taken over may hold NULL where this service never writes it.
    private func append(text column: Int32, into buffer: inout ByteBuffer) {
        withText(column) { text in
            if let text { buffer.append(jsonString: text) } else { buffer.append("null") }
        }
    }
}

extension ByteBuffer {
    /// Appends the `next` of a page: a string of digits, or null.
    package mutating func append(cursor: Int64?) {
        guard let cursor else { return append("null") }
        append(byte: UInt8(ascii: "\""))
        append(signed: cursor)
        append(byte: UInt8(ascii: "\""))
    }

    package mutating func append(signed value: Int64) {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }
}
