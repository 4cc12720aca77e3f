import Metrics
import Orders
import Queue
import Reactor

/// What a client is told about the orders of a POST /orders/batch (docs/contract.md section 1), when the queue has
/// decided about all that were valid.
///
/// Each order has an outcome of its own, so an answer that isn't a 202 never hides an accepted order.
struct BatchAnswer {
    private let group: WriteGroup
    private let writes: ArraySlice<Write>
    private let accepted: Int

    init(_ group: WriteGroup, of batch: WriteBatch) { self.init(group, batch.writes[group.writes]) }

    init(_ group: WriteGroup, _ writes: ArraySlice<Write>) {
        self.group = group
        self.writes = writes
        accepted = writes.count { $0.outcome == .accepted }
    }

    var status: HTTPStatus {
        if accepted > 0 { return .accepted }
        return writes.isEmpty ? .badRequest : .serviceUnavailable
    }

    var headerLines: StaticString { status == .serviceUnavailable ? Answers.retryAfter : "" }

    /// Set where none of the orders was taken, for the queue's sake.
    var shedReason: ShedReason? {
        guard status == .serviceUnavailable else { return nil }
        return writes.contains { $0.outcome == .unknown } ? .queueOutcomeUnknown : .queue
    }

    /// Why the batch as a whole has failed; nil when it has not.
    private var failure: String? {
        guard accepted == 0 else { return nil }
        if writes.contains(where: { $0.outcome == .unknown }) {
            return "the queue failed while the orders were stored: they may or may not be accepted"
        }
        guard writes.isEmpty else { return QueueOutcome.nothingStored }
        guard let first = group.rejections.first else { preconditionFailure("a batch of no orders") }
        return "no order of the batch is valid: orders[\(first.index)]: \(first.reason.message)"
    }

    /// Every order appears once, in the order of the request.
    func append(to body: inout ByteBuffer) {
        body.appendJSONObject { json in
            if let failure { json.member("error", failure) }
            json.member("accepted", accepted)
            json.member("rejected", writes.count + group.rejections.count - accepted)
            json.array("results") { writeResults(to: &$0) }
        }
    }

    /// Merges what was taken and what was not: an index that isn't the next rejection's is the next write's.
    private func writeResults(to json: inout JSONWriter) {
        var rejections = group.rejections[...]
        var writes = writes
        for index in 0..<writes.count + rejections.count {
            json.object { json in
                json.member("index", index)
                if rejections.first?.index == index, let rejection = rejections.popFirst() {
                    json.member("error", rejection.reason.message)
                } else if let write = writes.popFirst() {
                    Self.write(write, to: &json)
                }
            }
        }
    }

    private static func write(_ write: Write, to json: inout JSONWriter) {
        switch write.outcome {
        case .accepted:
            json.member("order_id", write.orderID)
            json.member("job_id", write.jobID)
        case .refused: json.member("error", "the queue can't store the order now; it was not stored")
        case .unknown: json.member("error", QueueOutcome.mayBeStored)
        }
    }
}

extension QueueOutcome {
    static let nothingStored = "the queue can't store orders now; nothing was stored"
    static let mayBeStored = "the queue failed while the order was stored: it may or may not be accepted"
}
