import Glibc
import Reactor
import Synchronization
import Testing

@testable import Queue
@testable import Store

@Suite struct CommitInboxTests {
    private let inbox = CommitInbox()
    private static let past = Deadline(nanoseconds: 0)
    private static let letter = DeadLetter(
        jobID: testID(1), body: [1], reason: "why", attempts: 1, failedAtMilliseconds: 5)

    private func take(until deadline: Deadline = .never) -> (content: CommitInbox.Content, isOpen: Bool) {
        var content = CommitInbox.Content()
        let isOpen = inbox.take(into: &content, until: deadline)
        return (content, isOpen)
    }

    @Test("Everything that waits is taken at once, each kind in its order, and then it is gone")
    func takesAll() {
        let batches = (0..<3).map { WriteBatch(loop: $0) }
        for batch in batches { inbox.submit(batch) }
        let acknowledgements = (1...2).map { EmbeddedAcknowledgement(partition: $0, throughSequence: 7) }
        for acknowledgement in acknowledgements { inbox.acknowledge(acknowledgement) }
        let (content, isOpen) = take()
        #expect(isOpen && content.batches.map { ObjectIdentifier($0) } == batches.map { ObjectIdentifier($0) })
        #expect(content.acknowledgements == acknowledgements && content.deadLetters.isEmpty)
        #expect(take(until: Self.past).content.isEmpty)
    }

    @Test("With nothing there a take lasts until its deadline, and the inbox is still open")
    func deadline() {
        let end = Deadline.now().advanced(byMilliseconds: 15)
        let (content, isOpen) = take(until: end)
        #expect(content.isEmpty && isOpen && Deadline.now() >= end)
    }

    @Test("A closed inbox still gives what waits, and then tells that it is over, at once")
    func close() {
        inbox.submit(WriteBatch(loop: 0))
        inbox.close()
        let (content, isOpen) = take()
        #expect(content.batches.count == 1 && isOpen)
        #expect(!take().isOpen)
        // A worker that was late.
        inbox.acknowledge(EmbeddedAcknowledgement(partition: 0, throughSequence: 1))
        #expect(take().isOpen && !take().isOpen)
    }

    @Test("A waiting committer is woken by each kind of work, and by the close")
    func wakes() {
        let taken = Monitor(0)
        let committer = Reactor.Thread(name: "committer") { [inbox] in
            var content = CommitInbox.Content()
            while inbox.take(into: &content, until: .never) {
                let count = content.batches.count + content.acknowledgements.count + content.deadLetters.count
                for request in content.deadLetters { request.finish(.success(())) }
                content.removeAll()
                taken.withLock { $0 += count }
                taken.signal()
            }
        }
        inbox.submit(WriteBatch(loop: 0))
        taken.wait { $0 == 1 ? () : nil }
        inbox.acknowledge(EmbeddedAcknowledgement(partition: 0, throughSequence: 1))
        taken.wait { $0 == 2 ? () : nil }
        #expect(throws: Never.self) { try inbox.setAside([Self.letter]) }
        inbox.close()
        committer.join()
        #expect(taken.withLock { $0 } == 3)
    }

    @Test("Who sets dead letters aside waits until they are durable, or learns why they are not")
    func setAside() {
        let outcomes = Mutex<[SQLiteError?]>([])
        let worker = Reactor.Thread(name: "worker") { [inbox] in
            for _ in 0..<2 {
                do throws(SQLiteError) {
                    try inbox.setAside([Self.letter])
                    outcomes.withLock { $0.append(nil) }
                } catch {
                    outcomes.withLock { $0.append(error) }
                }
            }
        }
        let first = take().content.deadLetters
        #expect(first.map(\.letters) == [[Self.letter]])
        // It waits: nothing more comes before the answer.
        #expect(take(until: .now().advanced(byMilliseconds: 10)).content.isEmpty)
        #expect(outcomes.withLock { $0.isEmpty })
        first.first?.finish(.failure(.damaged("no")))
        take().content.deadLetters.first?.finish(.success(()))
        worker.join()
        #expect(outcomes.withLock { $0 } == [.damaged("no"), nil])
    }
}
