/// Walks over the `name=value` pairs of a query, still encoded; empty ones between two `&` are passed over.
package struct QueryParameters: Sendable {
    private var position: Int
    private let end: Int

    /// - Parameter query: as in ``RequestHead/query``.
    package init(_ query: ByteRange) {
        position = Int(query.start)
        end = query.end
    }

    /// The next pair, as ranges of `bytes`; the value of a name without `=` is empty.
    ///
    /// - Parameter bytes: those that the query is a range of.
    package mutating func next(in bytes: UnsafeRawBufferPointer) -> (name: ByteRange, value: ByteRange)? {
        precondition(end <= bytes.count)
        while position < end {
            let start = position
            var equals: Int?
            while position < end, bytes[position] != UInt8(ascii: "&") {
                if equals == nil, bytes[position] == UInt8(ascii: "=") { equals = position }
                position += 1
            }
            let stop = position
            position += 1
            if start == stop { continue }
            let nameEnd = equals ?? stop
            let valueStart = equals.map { $0 + 1 } ?? stop
            return (ByteRange(start..<nameEnd), ByteRange(valueStart..<stop))
        }
        return nil
    }
}
