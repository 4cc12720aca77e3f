import Admin
import Cache
import Queue
import Reactor

/// The door of one event loop.
///
/// Its capacity is above what can be under way at all: every batch and every read that is answered was counted in by
/// the same loop before, so a full mailbox is a bug.
struct LoopMailbox: Sendable {
    let mailbox: Mailbox<LoopMessage>

    init() throws(SystemError) { mailbox = try Mailbox(capacity: 1 << 20) }

    /// Messages that the loop has not taken yet.
    var depth: Int { mailbox.count }

    func post(_ message: LoopMessage) {
        let taken = mailbox.post(message)
        precondition(taken, "a loop's mailbox is full")
    }
}

extension LoopMailbox: SettledBatchSink {
    func deliver(settled batches: [WriteBatch]) { post(.settled(batches)) }
}

extension LoopMailbox: ReadAnswerSink {
    func deliver(_ answer: ReadAnswer) { post(.read(answer)) }
}

extension LoopMailbox: AdminAnswerSink {
    func deliver(_ answer: AdminAnswer) { post(.administered(answer)) }
}
