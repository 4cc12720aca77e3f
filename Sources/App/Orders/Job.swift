package import Reactor

/// What a job does to its order.
package enum JobKind: UInt8, Sendable {
    case createOrder
    case updateOrderStatus
    case deleteOrder

    /// The `type` of docs/contract.md section 5, as queue messages and 202 answers carry it.
    package var name: StaticString {
        switch self {
        case .createOrder: "create_order"
        case .updateOrderStatus: "update_order_status"
        case .deleteOrder: "delete_order"
        }
    }
}

/// One decoded job; its texts are ranges of the batch's ``JobBatch/text``.
package struct Job: Sendable {
    package var kind: JobKind
    package var id: UUID
    package var orderID: UUID
    /// createOrder only.
    package var customerName: ByteRange
    /// createOrder and updateOrderStatus.
    package var status: ByteRange
    /// createOrder only: the order's run in ``JobBatch/items``.
    package var items: Range<Int>
    /// Which of ``JobBatch/messages`` brought it.
    package var message: Int
    /// The job as it was queued, without its newline: a range of the fetched message bytes, for the dead letters.
    package var source: ByteRange
    /// When it was queued, since 1970; 0 when it doesn't say.
    package var enqueuedAtMilliseconds: UInt64
    /// The state of the order that this job makes. nil for a change that the replaced service queued: it is newer than
    /// whatever is there when it is applied.
    package var version: OrderVersion?
    /// createOrder with an Idempotency-Key only: its index in ``JobBatch/marks``.
    package var mark: Int?

    package init(
        kind: JobKind, id: UUID, orderID: UUID, customerName: ByteRange, status: ByteRange, items: Range<Int>,
        message: Int, source: ByteRange, enqueuedAtMilliseconds: UInt64 = 0, version: OrderVersion? = nil
    ) {
        self.kind = kind
        self.id = id
        self.orderID = orderID
        self.customerName = customerName
        self.status = status
        self.items = items
        self.message = message
        self.source = source
        self.enqueuedAtMilliseconds = enqueuedAtMilliseconds
        self.version = kind == .createOrder ? OrderVersion(ofCreation: orderID) : version
    }
}

/// One line of an order; `name` is a range of ``JobBatch/text``.
package struct OrderItem: Sendable {
    package var name: ByteRange
    /// 1...2147483647.
    package var quantity: Int32

    package init(name: ByteRange, quantity: Int32) {
        self.name = name
        self.quantity = quantity
    }
}

/// A job that can't be applied, and why; it goes to the dead letters.
package struct RejectedJob: Equatable, Sendable {
    /// As it was queued: a range of the fetched message bytes.
    package var source: ByteRange
    /// Its job id where that could be read; dead letters of one id are kept once.
    package var id: UUID?
    /// One sentence for the operator.
    package var reason: String
    /// Which of ``JobBatch/messages`` brought it.
    package var message: Int

    package init(source: ByteRange, id: UUID? = nil, reason: String, message: Int) {
        self.source = source
        self.id = id
        self.reason = reason
        self.message = message
    }
}

/// The decoded jobs of one transaction, in the order in which they were queued. Reused from batch to batch, so that a
/// steady load allocates nothing.
package struct JobBatch: ~Copyable {
    /// Customer names, statuses and item names, unescaped UTF-8.
    package var text = ByteBuffer()
    package var jobs: [Job] = []
    package var items: [OrderItem] = []
    /// Of the jobs that have one.
    package var marks: [KeyMark] = []
    /// The ids of the messages that brought the jobs, in the order in which they were queued.
    package var messages: [UUID] = []
    /// Jobs that could not even be decoded.
    package var rejected: [RejectedJob] = []

    package init() {}

    package func mark(of job: Job) -> KeyMark? { job.mark.map { marks[$0] } }

    package mutating func removeAll() {
        text.removeAll()
        jobs.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        rejected.removeAll(keepingCapacity: true)
    }
}
