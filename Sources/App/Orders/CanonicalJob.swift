import Reactor

extension JobBatch {
    /// Appends the create job in `line`, if it is written byte for byte as ``JobEncoding`` and ``OrderJSON`` write it,
    /// with texts of printable ASCII that need no escape and without an idempotency key. False, and nothing appended,
    /// for everything else: that is for the parser, which also knows what is wrong with it.
    ///
    /// Nearly every job is one of those. Reading it so takes a third of the parser's instructions, which spares a
    /// worker a sixth of all that it does for an order.
    mutating func appendCanonical(_ line: UnsafeRawBufferPointer, source: ByteRange, message: Int) -> Bool {
        let textCount = text.count
        let itemCount = items.count
        var reader = CanonicalReader(bytes: line)
        guard var job = reader.job(message: message, source: source, into: &self) else {
            text.truncate(to: textCount)
            items.removeSubrange(itemCount...)
            return false
        }
        job.items = itemCount..<items.count
        jobs.append(job)
        return true
    }
}

/// Walks over one line; each step says nil or false at the first byte that is not as expected.
private struct CanonicalReader {
    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// All but the range of its items, which are appended to `batch` as are its texts.
    mutating func job(message: Int, source: ByteRange, into batch: inout JobBatch) -> Job? {
        guard takes("{\"job_id\":\""), let jobID = uuid(),
            takes("\",\"type\":\"create_order\",\"payload\":{\"order_id\":\""), let orderID = uuid(),
            takes("\",\"customer_name\":\""), let name = text(OrderLimits.customerNameScalars),
            takes(",\"status\":\""), let status = text(OrderLimits.statusScalars), takes(",\"items\":[")
        else { return nil }
        var job = Job(
            kind: .createOrder, id: jobID, orderID: orderID, customerName: batch.keep(name), status: batch.keep(status),
            items: 0..<0, message: message, source: source)
        var count = 0
        repeat {
            guard count < OrderLimits.items, takes("{\"name\":\""), let name = text(OrderLimits.itemNameScalars),
                takes(",\"quantity\":"), let quantity = number(), OrderLimits.quantity.contains(quantity), takes("}")
            else { return nil }
            batch.items.append(OrderItem(name: batch.keep(name), quantity: Int32(quantity)))
            count += 1
        } while takes(",")
        guard takes("]},\"enqueued_at\":"), let time = number(), takes("}"), position == bytes.count else { return nil }
        job.enqueuedAtMilliseconds = UInt64(time)
        return job
    }

    private mutating func takes(_ literal: StaticString) -> Bool {
        guard bytes.hasBytes(literal, at: position) else { return false }
        position += literal.utf8CodeUnitCount
        return true
    }

    private mutating func uuid() -> UUID? {
        guard bytes.count - position >= UUID.textLength else { return nil }
        let end = position + UUID.textLength
        defer { position = end }
        return UUID(text: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
    }

    /// 1 to `maximum` characters and the quote behind them. In ASCII a byte is a scalar.
    private mutating func text(_ maximum: Int) -> UnsafeRawBufferPointer? {
        let start = position
        let last = min(bytes.count - 1, start + maximum)
        while position <= last {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        guard position <= last, position > start else { return nil }
        defer { position += 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Digits without a leading zero, few enough for an Int.
    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while position < bytes.count, position - start < 18 {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value * 10 + Int(digit)
            position += 1
        }
        guard position > start, bytes[start] != UInt8(ascii: "0") || position == start + 1 else { return nil }
        return value
    }
}

extension JobBatch {
    fileprivate mutating func keep(_ bytes: UnsafeRawBufferPointer) -> ByteRange {
        let start = text.count
        text.append(bytes)
        return ByteRange(start: start, count: bytes.count)
    }
}
