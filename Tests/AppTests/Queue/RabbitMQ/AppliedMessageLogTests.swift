import Reactor
import Testing

@testable import Orders
@testable import Queue
@testable import Store

private func at(_ milliseconds: Int) -> Deadline {
    Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
}

@Suite struct AppliedMessageLogTests {
    private let week: UInt64 = 7 * 24 * 3600 * 1000
    private let wallClock: UInt64 = 1_800_000_000_000

    private func forgettable(
        _ log: inout AppliedMessageLog, _ time: Int, unacknowledged: [UUID] = [], limit: Int = 100
    ) -> ForgottenMessages {
        log.forgettable(now: at(time), millisecondsSince1970: wallClock, unacknowledged: unacknowledged, limit: limit)
    }

    private func started() -> AppliedMessageLog {
        var log = AppliedMessageLog()
        _ = forgettable(&log, 0)
        log.committed()
        return log
    }

    @Test("The first transaction of a session forgets what is older than a week, the failed ones before it as well")
    func oldest() {
        var log = AppliedMessageLog()
        let expected = ForgottenMessages.olderThan(.boundary(millisecondsSince1970: wallClock - week))
        #expect(forgettable(&log, 0) == expected)
        #expect(forgettable(&log, 1) == expected)
        log.committed()
        #expect(forgettable(&log, 2) == .nothing)
    }

    @Test(
        "What waits longer than that is not forgotten, nor what may have been made before it by a clock that is wrong")
    func oldBacklog() {
        var log = AppliedMessageLog()
        let old = wallClock - 3 * week
        let unacknowledged = [old + 5, old, old + 9].map { UUID(high: $0 << 16 | 0x7000, low: 1 << 63) }
        let random = UUID(high: 0x0000_0000_0001_4000, low: 1 << 63).asMessageID
        #expect(
            forgettable(&log, 0, unacknowledged: unacknowledged + [random])
                == .olderThan(.boundary(millisecondsSince1970: old - 3_600_000)))
    }

    @Test("A message is forgotten a minute after its acknowledgement, once")
    func minute() {
        var log = started()
        log.acknowledged([testID(1), testID(2)], now: at(0))
        log.acknowledged([testID(3)], now: at(1))
        #expect(forgettable(&log, 59_999) == .nothing)
        #expect(forgettable(&log, 60_000) == .these([testID(1), testID(2)]))
        log.committed()
        #expect(forgettable(&log, 60_000) == .nothing)
        #expect(forgettable(&log, 60_001) == .these([testID(3)]))
        log.committed()
        #expect(forgettable(&log, 1_000_000) == .nothing)
    }

    @Test("What a failed transaction would have forgotten is forgotten by the next one")
    func failed() {
        var log = started()
        log.acknowledged([testID(1)], now: at(0))
        #expect(forgettable(&log, 60_000) == .these([testID(1)]))
        log.acknowledged([testID(2)], now: at(60_000))
        #expect(forgettable(&log, 61_000) == .these([testID(1)]))
        log.committed()
        #expect(forgettable(&log, 120_000) == .these([testID(2)]))
    }

    @Test("A transaction forgets a limited number, but all of one acknowledgement")
    func limit() {
        var log = started()
        log.acknowledged([testID(1), testID(2)], now: at(0))
        log.acknowledged([testID(3)], now: at(0))
        log.acknowledged([testID(4), testID(5)], now: at(0))
        #expect(forgettable(&log, 60_000, limit: 1) == .these([testID(1), testID(2)]))
        log.committed()
        #expect(forgettable(&log, 60_000, limit: 3) == .these([testID(3), testID(4), testID(5)]))
    }
}

@Suite struct MessageIDTests {
    @Test(
        "A time-ordered id is kept, any other one sorts above all of those, so that none goes by an age it doesn't have"
    )
    func order() {
        #expect(testID(1).version == 7 && testID(1).asMessageID == testID(1))
        let random = UUID(high: 0x0123_4567_89ab_4def, low: 0x8000_0000_0000_0001)
        #expect(random.asMessageID > .boundary(millisecondsSince1970: 1 << 46 - 1))
        #expect(random.asMessageID != UUID(high: random.high + 1, low: random.low).asMessageID)
        #expect(testID(1) < .boundary(millisecondsSince1970: 0x0197_0000_0001))
        #expect(testID(1) > .boundary(millisecondsSince1970: 0x0197_0000_0000))
    }

    private func batchID(_ body: String, _ id: MessageID = .ofContent) -> UUID {
        var bytes = ByteBuffer()
        bytes.append(string: body)
        var batch = WorkBatch()
        batch.add(id, body: bytes.bytes, offset: 0)
        return batch.jobs.messages[0]
    }

    @Test("A message without an id gets that of its first job, one without any readable job that of its bytes")
    func derived() {
        let id = testID(10_001)
        let first = id.withoutTime
        #expect(batchID(JobLine.create(1, order: 1)) == first)
        #expect(batchID("nonsense\n" + JobLine.create(1, order: 1) + "\n" + JobLine.delete(2, order: 1)) == first)
        #expect(batchID("{\"job_id\":\"\(id)\",\"type\":\"paint\"}") == first)
        #expect(batchID(JobLine.create(1, order: 1), .known(testID(7))) == testID(7))
        #expect(batchID("nonsense") == batchID("nonsense") && batchID("nonsense") != batchID("Nonsense"))
        #expect(batchID("") == batchID("") && batchID("") > .boundary(millisecondsSince1970: 1 << 46 - 1))
    }
}
