import Reactor

@testable import Orders

/// Ids for tests: rising, so that they sort as they were made.
func testID(_ number: Int) -> UUID { UUID(high: 0x0197_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number)) }

/// The text form of ``testID(_:)``.
func testText(_ number: Int) -> String {
    var buffer = ByteBuffer()
    buffer.append(testID(number))
    return buffer.string
}

extension ByteBuffer {
    fileprivate mutating func range(of text: String) -> ByteRange {
        let start = count
        append(string: text)
        return ByteRange(start: start, count: count - start)
    }
}

extension JobBatch {
    /// Begins the next message; jobs that follow belong to it.
    mutating func message(_ number: Int) { messages.append(testID(number)) }

    mutating func create(
        _ order: Int, customer: String = "Ada", status: String = "received", items: [(String, Int32)] = [("Tea", 2)]
    ) {
        let first = self.items.count
        for item in items { self.items.append(OrderItem(name: text.range(of: item.0), quantity: item.1)) }
        add(.createOrder, order, customer: customer, status: status, items: first..<self.items.count)
    }

    mutating func update(_ order: Int, status: String) { add(.updateOrderStatus, order, status: status) }

    mutating func delete(_ order: Int) { add(.deleteOrder, order) }

    private mutating func add(
        _ kind: JobKind, _ order: Int, customer: String = "", status: String = "", items: Range<Int> = 0..<0
    ) {
        let number = jobs.count
        jobs.append(
            Job(
                kind: kind, id: testID(1_000_000 + number), orderID: testID(order),
                customerName: text.range(of: customer),
                status: text.range(of: status), items: items, message: messages.count - 1,
                source: ByteRange(start: number * 10, count: 10)))
    }
}
