import CMariaDB
import Orders
import Reactor

/// The rows that a query returned, all of them in memory already; freed when their owner goes.
struct MariaDBRows: ~Copyable {
    private let result: UnsafeMutablePointer<MYSQL_RES>

    init(_ result: UnsafeMutablePointer<MYSQL_RES>) { self.result = result }

    deinit { mysql_free_result(result) }

    /// True when there is a row to read, false at the end.
    func step() -> Bool {
        guard mysql_fetch_row(result) != nil else { return false }
        mysql_fetch_lengths(result)
        return true
    }

    // MARK: Columns of the current row, from 0

    /// Lends the bytes of a column until `body` returns, nil for NULL.
    func withText<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        precondition(column >= 0 && column < result.pointee.field_count)
        // The library keeps the row and its lengths, field_count of each, until the next step or the end of the result.
        guard let row = result.pointee.current_row, let start = row[Int(column)] else { return body(nil) }
        return body(UnsafeRawBufferPointer(start: start, count: Int(result.pointee.lengths[Int(column)])))
    }

    func isNull(_ column: Int32) -> Bool { withText(column) { $0 == nil } }

    /// Of a column of an integer type; 0 for NULL.
    func integer(_ column: Int32) -> Int64 {
        withText(column) { text in
            guard let text else { return 0 }
            let isNegative = text.first == UInt8(ascii: "-")
            var value: Int64 = 0
            for digit in text.dropFirst(isNegative ? 1 : 0) {
                precondition(digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"), "not an integer")
                // Down from zero, where there is room for one more than above it.
                value = value * 10 - Int64(digit - UInt8(ascii: "0"))
            }
            return isNegative ? value : -value
        }
    }

    /// A copy; nil for NULL. For cold paths.
    func string(_ column: Int32) -> String? { withText(column) { $0.map { String(decoding: $0, as: UTF8.self) } } }

    /// A column that holds the 16 bytes of an id; nil for anything else.
    func uuid(_ column: Int32) -> UUID? {
        withText(column) { bytes in
            guard let bytes, bytes.count == 16 else { return nil }
            return UUID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
