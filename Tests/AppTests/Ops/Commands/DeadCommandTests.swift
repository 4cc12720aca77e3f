import Reactor
import TestServers
import Testing

@testable import App
@testable import Orders
@testable import Queue

@Suite struct DeadCommandTests {
    private let directory = TemporaryDirectory()
    private let file: EmbeddedQueueFile

    init() throws { file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 3) }

    private func letters() throws -> any DeadLetters { try DeadLetterOptions.embedded(queuePath: file.path) }

    /// Letters of creates, numbered from 1.
    private func fill(_ count: Int) throws {
        try file.makeWriter().bury(
            (1...count).map { number in
                DeadLetter(
                    jobID: testID(10_000 + number), body: Array(JobLine.create(number, order: number).utf8),
                    reason: "reason \(number)", attempts: 1, failedAtMilliseconds: 1_763_800_000_123)
            })
    }

    @Test("A letter is one line of name, job, type, time, attempts and reason, whatever its job is made of")
    func line() throws {
        try fill(1)
        #expect(
            try letters().list(limit: 5).map(\.line)
                == ["1\t\(testID(10_001))\tcreate_order\t2025-11-22T08:26:40.123Z\t1\treason 1"])
        let hostile = ListedLetter(
            name: "2", content: LetterContent(Array("{\"type\":\"a\\n\\u001b[2J\"}".utf8)), body: [],
            failedAtMilliseconds: 0, attempts: 3, reason: "x\ty\nz")
        #expect(hostile.line == "2\t-\ta  [2J\t1970-01-01T00:00:00.000Z\t3\tx y z")
        let packed = LetterContent(Array("\(JobLine.delete(1, order: 1))\n\n\(JobLine.delete(2, order: 2))\nno\n".utf8))
        #expect(packed.jobs == 3 && packed.jobIDs == [testID(10_001), testID(10_002)] && packed.orderID == testID(1))
        #expect(LetterContent(Array("\n".utf8)).jobs == 0)
    }

    @Test("A letter goes by its number or by its job's id")
    func names() throws {
        try fill(3)
        #expect(try letters().letter(LetterName("2"))?.reason == "reason 2")
        #expect(try letters().letter(LetterName("\(testID(10_003))"))?.reason == "reason 3")
        #expect(try letters().letter(LetterName("4")) == nil)
        #expect(throws: LetterName.Invalid(text: "x1")) { try LetterName("x1") }
    }

    @Test("A replayed job lies in the partition of its order, and its letter is gone")
    func replay() throws {
        try fill(40)
        #expect(try letters().replay(.one(LetterName("7"))) == 1)
        #expect(try letters().replay(.one(LetterName("7"))) == 0)
        #expect(try file.makeReader().sequences(testID(7).partition(of: 3)).count == 1)
        #expect(try letters().replay(.all) == 39)
        #expect(try letters().list(limit: 10).isEmpty)
        for partition in 0..<3 {
            let expected = (1...40).count { testID($0).partition(of: 3) == partition }
            #expect(try file.makeReader().sequences(partition).count == expected)
        }
    }

    @Test("Letters are discarded one by one, or all")
    func discard() throws {
        try fill(3)
        #expect(try letters().discard(.one(LetterName("1"))) == 1 && letters().discard(.one(LetterName("1"))) == 0)
        #expect(try letters().discard(.all) == 2 && letters().list(limit: 1).isEmpty)
        #expect(try file.makeReader().sequences(0).isEmpty)
    }

    @Test("Where there is no queue none is made")
    func noQueue() {
        let path = directory.file("other.db")
        #expect(throws: DeadCommandFailure.noQueue(path: path)) { try DeadLetterOptions.embedded(queuePath: path) }
        #expect(throws: DeadCommandFailure.noQueue(path: path)) { try DeadLetterOptions.embedded(queuePath: path) }
    }
}
