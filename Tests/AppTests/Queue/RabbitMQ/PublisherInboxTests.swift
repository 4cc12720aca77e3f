import Glibc
import Testing

@testable import App
@testable import Queue
@testable import Reactor

@Suite struct PublisherInboxTests {
    private let loops: [LoopMailbox]
    private let inbox: PublisherInbox

    init() throws {
        loops = [try LoopMailbox(), try LoopMailbox()]
        inbox = try PublisherInbox(loops: loops)
    }

    private var isReadable: Bool {
        var watched = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 1
    }

    private func taken() -> [ObjectIdentifier] {
        var waiting: [PublisherInbox.Waiting] = []
        inbox.take(into: &waiting)
        return waiting.map { ObjectIdentifier($0.batch) }
    }

    @Test("What is submitted can be polled for, is taken in its order, and then it is gone")
    func takes() {
        inbox.open()
        #expect(!isReadable)
        let batches = (0..<3).map { _ in WriteBatch(loop: 0) }
        for batch in batches { inbox.submit(batch) }
        #expect(isReadable)
        #expect(taken() == batches.map { ObjectIdentifier($0) })
        #expect(!isReadable && taken().isEmpty)
    }

    @Test("What is taken goes behind what was taken before")
    func appends() {
        inbox.open()
        let batches = (0..<2).map { _ in WriteBatch(loop: 0) }
        var waiting: [PublisherInbox.Waiting] = []
        for batch in batches {
            inbox.submit(batch)
            inbox.take(into: &waiting)
        }
        #expect(waiting.map { ObjectIdentifier($0.batch) } == batches.map { ObjectIdentifier($0) })
        #expect(waiting[0].since <= waiting[1].since)
    }

    @Test("While it is shut, and once it is closed, a batch goes straight back to its loop, refused")
    func shut() {
        let batch = WriteBatch(loop: 1)
        batch.add("a\n", partition: 0)
        for prepare in [{}, inbox.open, inbox.close] {
            prepare()
            inbox.shut()
            batch.writes[0].outcome = .accepted
            inbox.submit(batch)
            #expect(taken().isEmpty && loops[0].taken().isEmpty)
            #expect(outcomes(loops[1].taken()) == [.refused])
        }
        #expect(inbox.isClosed)
    }

    @Test("What waits when it is shut is still there to be taken")
    func leftOver() {
        inbox.open()
        inbox.submit(WriteBatch(loop: 0))
        inbox.shut()
        #expect(taken().count == 1)
    }
}

/// Of all writes that came back, in their order.
func outcomes(_ messages: [LoopMessage]) -> [QueueOutcome] {
    messages.flatMap { message -> [QueueOutcome] in
        guard case .settled(let batches) = message else { return [] }
        return batches.flatMap { $0.writes.map(\.outcome) }
    }
}
