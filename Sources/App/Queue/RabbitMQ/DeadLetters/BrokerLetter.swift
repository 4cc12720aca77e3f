import Orders
import Reactor

/// A letter as it lies in the broker's queue.
package struct BrokerLetter: Equatable {
    /// nil when somebody else put it there, without one.
    var id: UUID?
    var body: [UInt8]
    var form: MessageForm
    var content: LetterContent
    /// One sentence.
    var reason: String
    var attempts: Int
    /// Milliseconds since 1970; 0 when nobody says.
    var failedAtMilliseconds: Int64
    /// Where it lay when the broker gave it up; nil for a letter that a worker wrote.
    var origin: String?

    init(_ delivery: AMQPDelivery, body: [UInt8]) {
        id = delivery.messageID
        form = delivery.form
        self.body = body
        content = LetterContent(body)
        let headers = delivery.headers
        attempts = Int(headers.integer(LetterHeader.attempts) ?? 1)
        failedAtMilliseconds = headers.integer(LetterHeader.failedAt) ?? 0
        // What a replayed letter had on it may still be there when the broker gives that up.
        if case .list(let deaths)? = headers.value(LetterHeader.deaths), case .table(let death)? = deaths.first {
            let queue = death.text("queue") ?? ""
            let cause = death.text("reason") ?? "unknown"
            // Not x-delivery-count, which has begun anew: it counts how often somebody looked at the letter.
            attempts = cause == "delivery_limit" ? Int(QueueTopology.deliveryLimit) + 1 : 1
            if case .timestamp(let seconds)? = death.value("time") { failedAtMilliseconds = Int64(seconds) * 1_000 }
            reason = "The broker gave it up in \(queue): \(cause)"
            origin = queue
        } else {
            reason = headers.text(LetterHeader.reason) ?? "unknown"
        }
    }

    /// Whether an operator means this one: by its own id, or by that of a job in it.
    func answers(to id: UUID) -> Bool { self.id == id || content.jobIDs.contains(id) }

    /// Of those changes in it that have no version: when it was set aside. A replay that was cut off between its
    /// confirm and the end of the letter, and is then made again, changes nothing the second time.
    var version: OrderVersion {
        let failedAt = failedAtMilliseconds > 0 ? UInt64(failedAtMilliseconds) : id?.millisecondsSince1970 ?? 0
        return OrderVersion(millisecondsSince1970: failedAt)
    }
}
