import Reactor

/// What a job does to its order.
enum JobKind: UInt8, Sendable {
    case createOrder
    case updateOrderStatus
    case deleteOrder

    /// The `type` of docs/contract.md section 5, as queue messages and 202 answers carry it.
    var name: StaticString {
        switch self {
        case .createOrder: "create_order"
        case .updateOrderStatus: "update_order_status"
        case .deleteOrder: "delete_order"
        }
    }
}

/// One decoded job; its texts are ranges of the batch's ``JobBatch/text``.
struct Job: Sendable {
    var kind: JobKind
    var id: UUID
    var orderID: UUID
    /// createOrder only.
    var customerName: ByteRange
    /// createOrder and updateOrderStatus.
    var status: ByteRange
    /// createOrder only: the order's run in ``JobBatch/items``.
    var items: Range<Int>
    /// Which of ``JobBatch/messages`` brought it.
    var message: Int
    /// The job as it was queued, without its newline: a range of the fetched message bytes, for the dead letters.
    var source: ByteRange
    /// When it was queued, since 1970; 0 when it doesn't say.
    var enqueuedAtMilliseconds: UInt64 = 0
    /// createOrder with an Idempotency-Key only: its index in ``JobBatch/marks``.
    var mark: Int?
}

/// One line of an order; `name` is a range of ``JobBatch/text``.
struct OrderItem: Sendable {
    var name: ByteRange
    /// 1...2147483647.
    var quantity: Int32
}

/// A job that can't be applied, and why; it goes to the dead letters.
struct RejectedJob: Equatable, Sendable {
    /// As it was queued: a range of the fetched message bytes.
    var source: ByteRange
    /// Its job id where that could be read; dead letters of one id are kept once.
    var id: UUID?
    /// One sentence for the operator.
    var reason: String
    /// Which of ``JobBatch/messages`` brought it.
    var message: Int
}

/// The decoded jobs of one transaction, in the order in which they were queued. Reused from batch to batch, so that a
/// steady load allocates nothing.
struct JobBatch: ~Copyable {
    /// Customer names, statuses and item names, unescaped UTF-8.
    var text = ByteBuffer()
    var jobs: [Job] = []
    var items: [OrderItem] = []
    /// Of the jobs that have one.
    var marks: [KeyMark] = []
    /// The ids of the messages that brought the jobs, in the order in which they were queued.
    var messages: [UUID] = []
    /// Jobs that could not even be decoded.
    var rejected: [RejectedJob] = []

    func mark(of job: Job) -> KeyMark? { job.mark.map { marks[$0] } }

    mutating func removeAll() {
        text.removeAll()
        jobs.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        rejected.removeAll(keepingCapacity: true)
    }
}
