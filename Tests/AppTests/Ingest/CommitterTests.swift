import Glibc
import TestServers
import Testing

@testable import App
@testable import Cache
@testable import Health
@testable import Ingest
@testable import Orders
@testable import Queue
@testable import Reactor
@testable import Store

/// With a real queue file. Most tests fill and close the inbox first, and then let the committer run to its end here.
@Suite struct CommitterTests {
    private let directory = TemporaryDirectory()
    private let log = CapturedLog()
    private let inbox = CommitInbox()
    private let cache = MemoryCache(limits: CacheLimits())
    private let board = WorkBoard(workers: 2, partitions: 4)
    private let clock = UUIDv7Clock()
    private let health: Health
    private let loops: [LoopMailbox]
    private let file: EmbeddedQueueFile
    private let harness: [IngestHarness]

    init() throws {
        file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 4)
        loops = [try LoopMailbox(), try LoopMailbox()]
        health = Health(logger: log.logger)
        harness = [
            IngestHarness(loop: 0, clock: clock, cache: cache), IngestHarness(loop: 1, clock: clock, cache: cache),
        ]
    }

    private func committer(
        on writer: EmbeddedQueueWriter? = nil, retryMilliseconds: Int = 60_000, lookMilliseconds: Int = 60_000
    ) throws -> Committer {
        Committer(
            inbox: inbox, queue: try writer ?? file.makeWriter(), partitions: 4, cache: cache, workers: board,
            loops: loops, health: health,
            packer: MessagePacker(jobsPerMessage: 512, ids: UUIDv7Generator(clock: UUIDv7Clock())),
            retryMilliseconds: retryMilliseconds, lookMilliseconds: lookMilliseconds)
    }

    /// A writer whose file has no room for another page.
    private func fullWriter() throws -> EmbeddedQueueWriter {
        let writer = try file.makeWriter()
        // One page less than there are is taken as "as many as there are".
        try writer.connection.execute("PRAGMA max_page_count=1")
        return writer
    }

    /// More than fits into the pages that a new file has.
    private func largeBatch(loop: Int = 0) throws -> WriteBatch {
        for number in 0..<40 { try harness[loop].create(IngestHarness.order("Large", items: 90), number) }
        harness[loop].ingest.flush()
        return harness[loop].taken()[0]
    }

    private func outcomes(_ messages: [LoopMessage]) -> [QueueOutcome] {
        messages.flatMap { message -> [QueueOutcome] in
            guard case .settled(let batches) = message else { return [] }
            // One for each batch: all its writes share it.
            return batches.compactMap { Set($0.writes.map(\.outcome)).count == 1 ? $0.writes.first?.outcome : nil }
        }
    }

    private func waiting() throws -> Int {
        let reader = try file.makeReader()
        return try (0..<4).reduce(0) { try $0 + reader.sequences($1).count }
    }

    @Test("What was accepted is in the queue, in the cache, and back at its loop, one message a loop")
    func accepted() throws {
        let batches = try [harness[0].orders(3), harness[1].orders(2), harness[0].orders(1)]
        for batch in batches { inbox.submit(batch) }
        inbox.close()
        try committer().run()
        #expect(outcomes(loops[1].taken()) == [.accepted])
        let messages = loops[0].taken()
        #expect(messages.count == 1 && outcomes(messages) == [.accepted, .accepted])
        guard case .settled(let settled) = messages.first else { return }
        #expect(settled.map { ObjectIdentifier($0) } == [batches[0], batches[2]].map { ObjectIdentifier($0) })
        #expect(cache.pendingCount == 6 && health.failures.isEmpty)
        var jobs = 0
        try file.makeReader().visitWaiting { _, fetched in jobs += fetched.messages.reduce(0) { $0 + $1.jobs } }
        #expect(jobs == 6)
    }

    @Test("What another process puts into the queue is announced to its worker, without any write coming along")
    func othersWrite() throws {
        try file.makeWriter().bury([
            DeadLetter(jobID: nil, body: Array("{}".utf8), reason: "none", attempts: 1, failedAtMilliseconds: 1)
        ])
        let committer = Handed(try committer(lookMilliseconds: 1))
        let thread = Reactor.Thread(name: "committer") { committer.value.run() }
        // Partition 1 is the first of worker 1, partition 3 its second one.
        for (partition, index) in [(3, 1), (1, 0)] {
            let operators = try file.makeDeadLetters()
            if try operators.count() == 0 {
                try file.makeWriter().bury([
                    DeadLetter(jobID: nil, body: Array("{}".utf8), reason: "none", attempts: 1, failedAtMilliseconds: 1)
                ])
            }
            let number = try #require(operators.letters(limit: 1).first).number
            let sequence = try #require(try operators.requeue(number, as: testID(partition), into: partition))
            var read: [Int64] = [.max, .max]
            read[index] = sequence - 1
            #expect(board.next(worker: 1, read: read, startingAt: 0) == .work(index: index, through: sequence))
        }
        inbox.close()
        thread.join()
    }

    @Test("The cache shows each kind of write: a create, an update over its base, a delete")
    func publishes() throws {
        let batch = try harness[0].orders(1)
        let id = batch.writes[0].orderID
        let order = SampleOrder(status: "received")
        order.withBytes { bytes in
            let base = OrderBase(order: bytes, status: order.status)
            harness[0].update(testID(1), "paid", base: base)
            harness[0].ingest.delete(testID(2), OrderVersion(number: 1), base: base, token: testToken(0))
        }
        harness[0].update(testID(3), "unseen")
        harness[0].ingest.flush()
        inbox.submit(batch)
        for more in harness[0].taken() { inbox.submit(more) }
        inbox.close()
        try committer().run()
        #expect(cache.text(of: id)?.contains("\"customer_name\":\"Ada\"") == true)
        #expect(cache.text(of: testID(1)) == order.text.replacing("received", with: "paid"))
        #expect(cache.text(of: testID(2)) == order.text.replacing("received", with: "deleting"))
        #expect(cache.text(of: testID(3)) == "\"unseen\"")
    }

    @Test("Workers are told of the newest message of each partition, and can fetch it")
    func announces() throws {
        for partition in 0..<4 {
            harness[0].beginTurn(of: partition)
            let batch = try harness[0].orders(10)
            #expect(batch.writes.allSatisfy { $0.partition == partition })
            inbox.submit(batch)
        }
        inbox.close()
        try committer().run()
        let reader = try file.makeReader()
        for worker in 0..<2 {
            for (index, partition) in board.partitions(of: worker).enumerated() {
                let newest = try reader.sequences(partition).last ?? 0
                #expect(newest > 0)
                var read: [Int64] = [.max, .max]
                read[index] = newest - 1
                #expect(board.next(worker: worker, read: read, startingAt: 0) == .work(index: index, through: newest))
            }
        }
    }

    @Test("A write is visible before its loop hears of it, and before a worker is woken for it")
    func visibleFirst() throws {
        let rounds = 300
        let committer = Handed(try committer())
        let thread = Reactor.Thread(name: "committer") { committer.value.run() }
        struct Watch {
            var expected = testID(0)
            var calls = 0
            var missed = 0
        }
        let watch = Monitor(Watch())
        let watchers = (0..<2).map { worker in
            Reactor.Thread(name: "watcher-\(worker)") { [board, cache] in
                var read: [Int64] = [0, 0]
                while case .work(let index, let through) = board.next(worker: worker, read: read, startingAt: 0) {
                    let isVisible = cache.text(of: watch.withLock { $0.expected }) != nil
                    watch.withLock { watch in
                        watch.calls += 1
                        if !isVisible { watch.missed += 1 }
                    }
                    watch.signal()
                    read[index] = through
                }
            }
        }
        for round in 1...rounds {
            let batch = try harness[0].orders(1)
            let id = batch.writes[0].orderID
            watch.withLock { $0.expected = id }
            inbox.submit(batch)
            #expect(outcomes(loops[0].wait()) == [.accepted])
            #expect(cache.text(of: id) != nil)
            // One order is one message, and that one worker's.
            watch.wait { $0.calls == round ? () : nil }
        }
        inbox.close()
        thread.join()
        board.stop()
        for watcher in watchers { watcher.join() }
        #expect(watch.withLock { $0.missed } == 0)
    }

    @Test("A commit that fails refuses its writes and leaves nothing in the queue")
    func refused() throws {
        let batch = try largeBatch()
        inbox.submit(batch)
        inbox.close()
        try committer(on: fullWriter()).run()
        #expect(outcomes(loops[0].taken()) == [.refused])
        #expect(try waiting() == 0)
        #expect(health.failures.map(\.dependency) == [.queue])
        // A worker was not woken either: the stop is all that it hears of.
        board.stop()
        #expect(board.next(worker: 0, read: [0, 0], startingAt: 0) == .stop)
    }

    @Test("Acknowledgements of a failed commit go along with the next one")
    func retained() throws {
        let writer = try file.makeWriter()
        let sequence = try writer.put([1], partition: 2)[0]
        try writer.connection.execute("PRAGMA max_page_count=1")
        let committer = Handed(try committer(on: writer))
        inbox.submit(try largeBatch())
        inbox.acknowledge(EmbeddedAcknowledgement(partition: 2, throughSequence: sequence))
        let thread = Reactor.Thread(name: "committer") { committer.value.run() }
        #expect(outcomes(loops[0].wait()) == [.refused])
        #expect(try file.makeReader().sequences(2) == [sequence])
        // A small one, which fits.
        harness[1].ingest.delete(testID(9), OrderVersion(number: 1), base: nil, token: testToken(0))
        harness[1].ingest.flush()
        inbox.submit(harness[1].taken()[0])
        #expect(outcomes(loops[1].wait()) == [.accepted])
        #expect(try file.makeReader().sequences(2).contains(sequence) == false)
        #expect(log.lines.last == "notice queue works again")
        inbox.close()
        thread.join()
    }

    @Test("When nothing follows, they are tried again on their own")
    func retriedAlone() throws {
        let writer = try file.makeWriter()
        let sequence = try writer.put([1], partition: 2)[0]
        try writer.connection.execute("PRAGMA max_page_count=1")
        let committer = Handed(try committer(on: writer, retryMilliseconds: 1))
        inbox.submit(try largeBatch())
        inbox.acknowledge(EmbeddedAcknowledgement(partition: 2, throughSequence: sequence))
        let thread = Reactor.Thread(name: "committer") { committer.value.run() }
        #expect(log.waitForLine("notice queue works again"))
        #expect(try file.makeReader().sequences(2) == [])
        inbox.close()
        thread.join()
    }

    @Test("A worker's dead letters are durable when its wait ends, and the wait ends with the reason when they are not")
    func deadLetters() throws {
        let letter = DeadLetter(jobID: testID(4), body: [65], reason: "no", attempts: 1, failedAtMilliseconds: 9)
        let committer = Handed(try committer())
        let thread = Reactor.Thread(name: "committer") { committer.value.run() }
        try inbox.setAside([letter])
        #expect(try file.makeDeadLetters().find(.id(testID(4)))?.reason == "no")
        inbox.close()
        thread.join()

        let large = DeadLetter(
            jobID: testID(5), body: [UInt8](repeating: 65, count: 200_000), reason: "no", attempts: 1,
            failedAtMilliseconds: 9)
        let other = CommitInbox()
        let failing = Handed(
            Committer(
                inbox: other, queue: try fullWriter(), partitions: 4, cache: cache, workers: board, loops: loops,
                health: health,
                packer: MessagePacker(jobsPerMessage: 512, ids: UUIDv7Generator(clock: UUIDv7Clock()))))
        let second = Reactor.Thread(name: "committer") { failing.value.run() }
        let error = #expect(throws: SQLiteError.self) { try other.setAside([large]) }
        #expect(error?.kind == .full)
        other.close()
        second.join()
        #expect(try file.makeDeadLetters().find(.id(testID(5))) == nil)
    }
}
