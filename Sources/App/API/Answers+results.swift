import Cache
import Metrics
import Orders
package import Queue
import Reactor

// The answers that both kinds of service give.
extension Answers {
    /// What became of a write.
    package func answer(_ write: Write) {
        switch write.outcome {
        case .accepted: accept(write)
        case .refused:
            shed(.queue, QueueOutcome.nothingStored, to: write.token)
        case .unknown:
            shed(.queueOutcomeUnknown, QueueOutcome.mayBeStored, to: write.token)
        }
    }

    /// What became of the orders of one request, all of which are decided.
    package func answer(_ group: WriteGroup, of batch: WriteBatch) {
        let answer = BatchAnswer(group, of: batch)
        if let reason = answer.shedReason { metrics.shed(reason) }
        send(answer.status, lines: answer.headerLines, to: group.token) { answer.append(to: &$0) }
    }

    /// More orders would wait than may; the client should come again.
    func failBusy(_ token: ResponseToken) {
        shed(.orders, Self.tooManyOrders, to: token)
    }

    static let tooManyOrders = "too many orders are waiting; nothing was stored"

    static let noSuchOrder = "no such order"

    func failMissing(_ token: ResponseToken) { fail(.notFound, Self.noSuchOrder, to: token) }

    func failMissing(_ question: OrderQuestion) {
        fail(.notFound, Self.noSuchOrder, lines: question.isUnsure ? Self.cacheBypassed : "", to: question.token)
    }

    func failUnreadable(_ token: ResponseToken) {
        shed(.reads, "the database can't be read now", to: token)
    }

    /// What a read of the database found.
    func send(_ outcome: ReadOutcome, _ body: [UInt8], to question: OrderQuestion) {
        switch outcome {
        case .order(let found): body.withUnsafeBytes { send(order: $0, found.version, to: question) }
        case .missing: failMissing(question)
        case .page, .key, .failed: failUnreadable(question.token)
        }
    }

    static let noVersions = "If-Match can't be checked here: the service runs without its cache"
    static let otherVersion = "the order has another version than If-Match says"
}
