import Orders
import Reactor

/// The messages of one connection that were published and are not confirmed yet. Pure: it is told what happened, and
/// tells what became of each message, exactly once.
///
/// The broker counts publishes from 1 on each channel; confirms may come out of order, and one may stand for many. All
/// messages have the same time to be confirmed, so the time of the oldest is over first.
struct ConfirmWindow<Payload> {
    private struct Entry {
        let id: UUID
        let jobs: Int
        let bytes: Int
        let deadline: Deadline
        /// The broker sent it back: the ack that follows only says that it has dealt with it.
        var isReturned = false
        /// nil once it is decided; what the broker says later changes nothing.
        var payload: Payload?
    }

    /// The entries before ``head`` are decided, and only not removed yet.
    private var entries: [Entry] = []
    private var head = 0
    /// By which the broker knows the message at ``head``.
    private var headTag: UInt64 = 1
    /// How many messages are undecided.
    private(set) var messages = 0
    /// How many jobs are in the undecided messages.
    private(set) var jobs = 0
    /// The length of the bodies of the undecided messages.
    private(set) var bytes = 0

    /// When the time of the oldest message is over.
    var nextDeadline: Deadline { head < entries.count ? entries[head].deadline : .never }

    var isEmpty: Bool { messages == 0 }

    /// A message is about to be written. `deadline` is not before that of the last one.
    mutating func published(_ payload: Payload, id: UUID, jobs: Int, bytes: Int, deadline: Deadline) {
        entries.append(Entry(id: id, jobs: jobs, bytes: bytes, deadline: deadline, payload: payload))
        messages += 1
        self.jobs += jobs
        self.bytes += bytes
    }

    /// The broker has dealt with one message, or with all up to it: it has those that were not returned.
    mutating func acked(_ tag: UInt64, multiple: Bool, _ decide: (Payload, QueueOutcome) -> Void) {
        forEach(tag, multiple) { $0.decideAt($1, $0.entries[$1].isReturned ? .refused : .accepted, decide) }
    }

    /// The broker could not take one message, or all up to it.
    mutating func nacked(_ tag: UInt64, multiple: Bool, _ decide: (Payload, QueueOutcome) -> Void) {
        forEach(tag, multiple) { $0.decideAt($1, .refused, decide) }
    }

    /// No queue takes this message. Decided with the ack that follows.
    mutating func returned(_ id: UUID) {
        for index in head..<entries.count where entries[index].id == id { entries[index].isReturned = true }
    }

    /// Gives up those that have waited too long. True when there were any.
    mutating func expire(now: Deadline, _ decide: (Payload, QueueOutcome) -> Void) -> Bool {
        let before = messages
        while head < entries.count, entries[head].deadline <= now {
            decideAt(head, entries[head].isReturned ? .refused : .unknown, decide)
            removeDecided()
        }
        return messages < before
    }

    /// The connection is gone: gives up all, and counts from 1 again.
    mutating func abandon(_ decide: (Payload, QueueOutcome) -> Void) {
        for index in head..<entries.count {
            decideAt(index, entries[index].isReturned ? .refused : .unknown, decide)
        }
        entries.removeAll(keepingCapacity: true)
        head = 0
        headTag = 1
    }

    private mutating func forEach(_ tag: UInt64, _ multiple: Bool, _ body: (inout Self, Int) -> Void) {
        // 0 with multiple is everything so far (AMQP 0-9-1, basic.ack).
        let last = tag == 0 && multiple ? headTag + UInt64(entries.count - head) : tag
        guard last >= headTag else { return }
        let end = Int(min(last - headTag, UInt64(entries.count - head)))
        if multiple {
            for index in head..<min(head + end + 1, entries.count) { body(&self, index) }
        } else if head + end < entries.count {
            body(&self, head + end)
        }
        removeDecided()
    }

    private mutating func decideAt(_ index: Int, _ outcome: QueueOutcome, _ decide: (Payload, QueueOutcome) -> Void) {
        guard let payload = entries[index].payload else { return }
        entries[index].payload = nil
        messages -= 1
        jobs -= entries[index].jobs
        bytes -= entries[index].bytes
        decide(payload, outcome)
    }

    private mutating func removeDecided() {
        while head < entries.count, entries[head].payload == nil {
            head += 1
            headTag += 1
        }
        if head == entries.count || head >= 1024 {
            entries.removeFirst(head)
            head = 0
        }
    }
}
