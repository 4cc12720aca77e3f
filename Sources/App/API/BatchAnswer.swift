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
        body.append("{")
        if var failure {
            body.append("\"error\":")
            failure.withUTF8 { body.append(jsonString: UnsafeRawBufferPointer($0)) }
            body.append(",")
        }
        body.append("\"accepted\":")
        body.append(decimal: UInt64(accepted))
        body.append(",\"rejected\":")
        body.append(decimal: UInt64(writes.count + group.rejections.count - accepted))
        body.append(",\"results\":[")
        appendResults(to: &body)
        body.append("]}")
    }

    /// Merges what was taken and what was not: an index that isn't the next rejection's is the next write's.
    private func appendResults(to body: inout ByteBuffer) {
        var rejections = group.rejections[...]
        var writes = writes
        for index in 0..<writes.count + rejections.count {
            body.append(index == 0 ? "{\"index\":" : ",{\"index\":")
            body.append(decimal: UInt64(index))
            if rejections.first?.index == index, let rejection = rejections.popFirst() {
                Self.append(error: rejection.reason.message, to: &body)
            } else if let write = writes.popFirst() {
                Self.append(write, to: &body)
            }
            body.append("}")
        }
    }

    private static func append(_ write: Write, to body: inout ByteBuffer) {
        switch write.outcome {
        case .accepted:
            body.append(",\"order_id\":\"")
            body.append(write.orderID)
            body.append("\",\"job_id\":\"")
            body.append(write.jobID)
            body.append("\"")
        case .refused: append(error: "the queue can't store the order now; it was not stored", to: &body)
        case .unknown: append(error: QueueOutcome.mayBeStored, to: &body)
        }
    }

    private static func append(error: String, to body: inout ByteBuffer) {
        var error = error
        body.append(",\"error\":")
        error.withUTF8 { body.append(jsonString: UnsafeRawBufferPointer($0)) }
    }
}

extension QueueOutcome {
    static let nothingStored = "the queue can't store orders now; nothing was stored"
    static let mayBeStored = "the queue failed while the order was stored: it may or may not be accepted"
}
