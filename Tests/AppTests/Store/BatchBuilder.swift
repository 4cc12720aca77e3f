import Reactor

@testable import Orders
@testable import Store

/// Ids for tests: rising, so that they sort as they were made.
func testID(_ number: Int) -> UUID { UUID(high: 0x0197_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number)) }

/// Versions for tests: rising, and above those of all creations. 0 is that of a creation.
func testVersion(_ number: Int) -> OrderVersion {
    OrderVersion(number: OrderVersion(ofCreation: testID(0)).number + UInt64(number))
}

/// The same, made so many milliseconds later.
func laterID(_ number: Int, milliseconds: Int) -> UUID {
    UUID(high: testID(0).high + UInt64(milliseconds) << 16, low: testID(number).low)
}

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
        create(id: testID(order), customer: customer, status: status, items: items)
    }

    mutating func create(
        id order: UUID, customer: String = "Ada", status: String = "received", items: [(String, Int32)] = [("Tea", 2)]
    ) {
        let first = self.items.count
        for item in items { self.items.append(OrderItem(name: text.range(of: item.0), quantity: item.1)) }
        add(.createOrder, order, customer: customer, status: status, items: first..<self.items.count)
    }

    mutating func update(_ order: Int, status: String, version: Int? = nil) {
        update(id: testID(order), status: status, version: version.map(testVersion) ?? nextVersion)
    }

    mutating func update(id order: UUID, status: String, version: OrderVersion?) {
        add(.updateOrderStatus, order, status: status)
        jobs[jobs.count - 1].version = version
    }

    mutating func delete(_ order: Int, version: Int? = nil) {
        delete(id: testID(order), version: version.map(testVersion) ?? nextVersion)
    }

    mutating func delete(id order: UUID, version: OrderVersion?) {
        add(.deleteOrder, order)
        jobs[jobs.count - 1].version = version
    }

    /// Above those of all jobs before it, in this batch and in those with messages of smaller numbers.
    private var nextVersion: OrderVersion {
        testVersion(Int(messages.last.map { $0.low & 0x7FFF_FFFF } ?? 0) << 16 + jobs.count + 1)
    }

    private mutating func add(
        _ kind: JobKind, _ order: UUID, customer: String = "", status: String = "", items: Range<Int> = 0..<0
    ) {
        let number = jobs.count
        jobs.append(
            Job(
                kind: kind, id: testID(1_000_000 + number), orderID: order,
                customerName: text.range(of: customer),
                status: text.range(of: status), items: items, message: messages.count - 1,
                source: ByteRange(start: number * 10, count: 10)))
    }
}

extension ApplyResult {
    /// Of a batch in which some jobs came too late: by their index, the number of the version that was there.
    init(
        created: Int = 0, updated: Int = 0, deleted: Int = 0, skipped: Int = 0, rejected: Int = 0,
        superseded: [Int: Int]
    ) {
        self.init(created: created, updated: updated, deleted: deleted, skipped: skipped, rejected: rejected)
        exceptions = superseded.sorted { $0.key < $1.key }.map {
            JobException(job: $0.key, effect: .superseded(by: testVersion($0.value)))
        }
    }
}
