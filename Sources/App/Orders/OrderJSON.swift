package import Reactor

/// Where an encoded order lies, and its status within it.
package struct EncodedOrder: Equatable {
    /// The order's bytes: a range of the buffer's `bytes` at the time of encoding.
    package var bytes: ByteRange
    /// The status, a JSON string with its quotes: relative to the start of `bytes`.
    package var status: ByteRange
}

/// The canonical JSON of an order: compact, fields in one fixed order.
///
///     {"order_id":"…","customer_name":"…","status":"…","items":[{"name":"…","quantity":1},…]}
///
/// The same bytes serve the job, the caches and the answer of GET, and the fixed order lets a status be replaced
/// without parsing the rest.
package enum OrderJSON {
    /// Begins an order; follow with one ``appendItem(name:quantity:isFirst:into:)`` each and ``appendEnd(into:)``.
    /// The texts are valid UTF-8. Returns the status' range, relative to where the order starts.
    package static func appendStart(
        id: UUID, customerName: UnsafeRawBufferPointer, status: UnsafeRawBufferPointer, into buffer: inout ByteBuffer
    ) -> ByteRange {
        let start = buffer.count
        buffer.append(idField)
        buffer.append(id)
        buffer.append(nameField)
        buffer.append(jsonString: customerName)
        buffer.append(statusField)
        let statusStart = buffer.count
        buffer.append(jsonString: status)
        let range = ByteRange(start: statusStart - start, count: buffer.count - statusStart)
        buffer.append(itemsField)
        return range
    }

    package static func appendItem(
        name: UnsafeRawBufferPointer, quantity: Int32, isFirst: Bool, into buffer: inout ByteBuffer
    ) {
        buffer.append(isFirst ? "{\"name\":" : ",{\"name\":")
        buffer.append(jsonString: name)
        buffer.append(",\"quantity\":")
        buffer.append(decimal: UInt64(quantity))
        buffer.append(byte: UInt8(ascii: "}"))
    }

    package static func appendEnd(into buffer: inout ByteBuffer) { buffer.append("]}") }

    /// Appends `order` with another status.
    ///
    /// `order` is canonical JSON and `statusRange` its status' range; `newStatus` is a JSON string with its quotes.
    /// Neither may lie in `buffer`, whose memory may move.
    static func appendReplacingStatus(
        order: UnsafeRawBufferPointer, statusRange: ByteRange, newStatus: UnsafeRawBufferPointer,
        into buffer: inout ByteBuffer
    ) -> EncodedOrder {
        precondition(statusRange.end <= order.count)
        let start = buffer.count
        buffer.append(UnsafeRawBufferPointer(rebasing: order[..<Int(statusRange.start)]))
        buffer.append(newStatus)
        buffer.append(UnsafeRawBufferPointer(rebasing: order[statusRange.end...]))
        return EncodedOrder(
            bytes: ByteRange(start: start, count: buffer.count - start),
            status: ByteRange(start: Int(statusRange.start), count: newStatus.count))
    }

    /// Finds the status of an order in canonical JSON; nil where the bytes are of another shape.
    ///
    /// It walks over the fields before the status, so that a name which holds `"status":"` can't mislead it. Name and
    /// status may be null: the replaced service's tables allow it, so an order of a database that was taken over may be
    /// so.
    package static func statusRange(in order: UnsafeRawBufferPointer) -> ByteRange? {
        let idStart = idField.utf8CodeUnitCount
        let nameFieldStart = idStart + UUID.textLength
        guard order.hasBytes(idField, at: 0), order.hasBytes(nameField, at: nameFieldStart) else { return nil }
        let nameStart = nameFieldStart + nameField.utf8CodeUnitCount
        guard let nameEnd = endOfText(in: order, from: nameStart), order.hasBytes(statusField, at: nameEnd)
        else { return nil }
        let statusStart = nameEnd + statusField.utf8CodeUnitCount
        guard let statusEnd = endOfText(in: order, from: statusStart), order.hasBytes(itemsField, at: statusEnd)
        else { return nil }
        return ByteRange(start: statusStart, count: statusEnd - statusStart)
    }

    private static let idField: StaticString = "{\"order_id\":\""
    private static let nameField: StaticString = "\",\"customer_name\":"
    private static let statusField: StaticString = ",\"status\":"
    private static let itemsField: StaticString = ",\"items\":["

    private static let null: StaticString = "null"

    /// The index behind the closing quote of the JSON string that opens at `start`, or behind null.
    private static func endOfText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        if bytes.hasBytes(null, at: start) { return start + null.utf8CodeUnitCount }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            // The escaped character, a quote or a backslash among them, is stepped over.
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }
}
