/// A job that another program puts into the queue.
struct QueuedJob: Sendable {
    let line: String
    /// What has to be said about it when it is set aside; nil when it is fine.
    var reason: String?

    /// Creates order `number`, with one item.
    static func create(
        _ number: Int, customer: String = "Ada", item: String = "Tea", reason: String? = nil
    ) -> QueuedJob {
        let payload =
            #"{"order_id":"\#(orderID(number))","customer_name":"\#(customer)","status":"received","#
            + #""items":[{"name":"\#(item)","quantity":1}]}"#
        return QueuedJob(line: line(number, type: "create_order", payload), reason: reason)
    }

    /// A job of any type, with the id that belongs to `number`.
    static func line(_ number: Int, type: String, _ payload: String) -> String {
        #"{"job_id":"\#(jobID(number))","type":"\#(type)","payload":\#(payload),"enqueued_at":1763800000000}"#
    }

    static func orderID(_ number: Int) -> String { "0197bbbb-0000-7000-8000-0000000000" + twoDigits(number) }

    static func jobID(_ number: Int) -> String { "0197aaaa-0000-7000-8000-0000000000" + twoDigits(number) }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}

/// Messages with good jobs and bad ones: all that can be wrong with a job, alone and among others.
enum PoisonedMessages {
    static let all: [[QueuedJob]] = [
        [.create(1)],
        [QueuedJob(line: "this is no JSON", reason: "JSON")],
        [.create(2), QueuedJob(line: #"{"job_id":"#, reason: "JSON"), .create(3)],
        [
            QueuedJob(
                line: QueuedJob.line(4, type: "paint_order", #"{"order_id":"\#(QueuedJob.orderID(4))"}"#),
                reason: "type")
        ],
        [.create(5), .create(6, customer: tooLong, reason: "customer_name"), .create(7)],
        [.create(8, item: tooLong, reason: "items[0].name"), .create(9)],
        [QueuedJob(line: QueuedJob.line(10, type: "delete_order", "{}"), reason: "order_id"), .create(11)],
        [QueuedJob(line: "[1,2]", reason: "object")],
        [
            QueuedJob(
                line: QueuedJob.line(
                    12, type: "update_order_status", #"{"order_id":"\#(QueuedJob.orderID(1))","status":"packed"}"#))
        ],
    ]

    /// In the order in which they are to be found.
    static let bad = all.joined().filter { $0.reason != nil }

    /// What is in the database when all have been applied; the first one was updated to `packed`.
    static let created = Set([1, 2, 3, 5, 7, 9, 11].map(QueuedJob.orderID))

    private static let tooLong = String(repeating: "x", count: 81)
}
