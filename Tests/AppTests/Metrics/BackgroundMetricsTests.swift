import Reactor
import Testing

@testable import Metrics
@testable import Orders
@testable import Queue
@testable import Store
@testable import Workers

@Suite("What threads behind the loops count") struct BackgroundMetricsTests {
    private func at(_ milliseconds: Int) -> Deadline {
        Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
    }

    @Test("The broker's states have their times, the present one up to now")
    func brokerStates() {
        var figures = BrokerFigures(now: at(0))
        figures.change(to: .open, now: at(1_000))
        figures.change(to: .blocked, now: at(5_000))
        figures.change(to: .blocked, now: at(6_000))
        figures.change(to: .open, now: at(6_500))
        #expect(figures.seconds(in: .closed) == 1 && figures.seconds(in: .open) == 4)
        #expect(figures.seconds(in: .blocked) == 1.5 && figures.state == .open)
    }

    @Test("The backlog is what was queued and not finished; what others put in is set right when nothing waits")
    func backlog() {
        let commits = CommitMetrics(waiting: 3)
        commits.queued(jobs: 10)
        commits.finished(jobs: 5)
        #expect(commits.backlog(isIdle: false) == 8)
        commits.finished(jobs: 20)
        #expect(commits.backlog(isIdle: false) == 0)
        commits.queued(jobs: 2)
        #expect(commits.backlog(isIdle: true) == 0)
        commits.queued(jobs: 4)
        #expect(commits.backlog(isIdle: false) == 4)
    }

    @Test("Ages are those of the jobs that a transaction applied, and not of what was refused or comes again")
    func ages() {
        var batch = WorkBatch()
        let now = WallClock.nanoseconds() / 1_000_000
        var body = ByteBuffer()
        for (number, age) in [UInt64(60_000), 60_000, 1_000].enumerated() {
            JobEncoding.appendDelete(
                jobID: testID(number), orderID: testID(100 + number), version: OrderVersion(number: 1),
                enqueuedAtMilliseconds: now - age, into: &body)
        }
        batch.add(body: body.bytes, offset: 0)
        let metrics = WorkerMetrics()
        metrics.applied(batch, ApplyResult(deleted: 2, skipped: 1))
        var figures = metrics.reading
        #expect(figures.deleted == 2 && figures.unchanged == 1 && figures.appliedJobs == 3)
        #expect(figures.batchJobs.sum == 3 && figures.ages.counts(upTo: [30_000, 70_000]) == [1, 3])
        // At most the minute that a test may stand still.
        #expect((121_000...301_000).contains(figures.ages.sum))
        metrics.applied(batch, ApplyResult(skipped: 3))
        figures = metrics.reading
        #expect(figures.ages.count == 3 && figures.unchanged == 4)
    }

    @Test("A queue's board tells which partitions have something to do, and up to where they are")
    func waiting() {
        let board = WorkBoard(workers: 2, partitions: 3)
        #expect(board.waiting().isEmpty)
        board.announce(partition: 1, sequence: 7)
        board.announce(partition: 2, sequence: 8)
        board.finished(partition: 2, through: 5)
        #expect(board.waiting().map(\.partition) == [1, 2] && board.waiting().map(\.finished) == [0, 5])
        board.finished(partition: 1, through: 7)
        board.finished(partition: 2, through: 8)
        #expect(board.waiting().isEmpty)
    }

    @Test("What the kernel says of the process is there")
    func process() throws {
        let figures = ProcessFigures.read()
        #expect(try #require(figures.residentBytes) > 1 << 20)
        #expect(try #require(figures.openDescriptors) >= 3)
        #expect(try #require(figures.maxDescriptors) >= 20)
        #expect(try #require(figures.processorMicroseconds) > 0)
    }
}
