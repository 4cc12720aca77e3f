import Reactor
import TestServers
import Testing

@testable import Queue

@Suite struct EmbeddedDeadLettersTests {
    let directory = TemporaryDirectory()
    let file: EmbeddedQueueFile
    let writer: EmbeddedQueueWriter
    let reader: EmbeddedQueueReader
    let letters: EmbeddedDeadLetters

    init() throws {
        file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 2)
        writer = try file.makeWriter()
        reader = try file.makeReader()
        letters = try file.makeDeadLetters()
    }

    @Test("A letter keeps all that an operator needs")
    func keeps() throws {
        try writer.bury([letter(1, "too big"), letter(nil, "", body: "not \u{7f} JSON"), letter(2, "naïve")])
        let stored = try letters.letters(limit: 10)
        var expected = [letter(1, "too big"), letter(nil, "", body: "not \u{7f} JSON"), letter(2, "naïve")]
        for index in expected.indices { expected[index].number = Int64(index + 1) }
        #expect(stored == expected)
        #expect(try letters.count() == 3)
        #expect(try letters.letters(after: 1, limit: 1).map(\.number) == [2])
        #expect(try letters.find(.number(3))?.reason == "naïve" && letters.find(.number(4)) == nil)
        #expect(try letters.find(.id(testID(2)))?.number == 3 && letters.find(.id(testID(3))) == nil)
    }

    @Test("A job that is set aside twice has one letter; unreadable ones are all kept")
    func once() throws {
        try writer.bury([letter(1, "first"), letter(nil, "unreadable")])
        try writer.bury([letter(1, "second"), letter(nil, "unreadable")])
        #expect(try letters.letters(limit: 10).map(\.reason) == ["first", "unreadable", "unreadable"])
    }

    @Test("Replay queues the job at the end of its partition and removes the letter; twice does no harm")
    func replay() throws {
        _ = try writer.put([1, 2], partition: 1)
        try writer.bury([letter(7, "refused", body: "the job")])
        #expect(try letters.requeue(1, as: testID(50), into: 1) == 3)
        #expect(try letters.requeue(1, as: testID(51), into: 1) == nil)
        #expect(try letters.count() == 0)
        var fetched = FetchedMessages()
        try reader.fetch(partition: 1, after: 2, maxJobs: 10, into: &fetched)
        #expect(fetched.messages.map(\.id) == [testID(50)] && fetched.messages.map(\.jobs) == [1])
        #expect(fetched.bytes.string == "the job")
        // The committer did not make that message, and must not give its sequence to another.
        #expect(try writer.put([3], partition: 1) == [4])
    }

    @Test("A replayed job that fails again gets a letter of a new number")
    func failsAgain() throws {
        try writer.bury([letter(7, "first")])
        _ = try letters.requeue(1, as: testID(50), into: 0)
        try writer.bury([letter(7, "again")])
        #expect(try letters.letters(limit: 10).map(\.number) == [2])
        #expect(try letters.letters(limit: 10).map(\.reason) == ["again"])
    }

    @Test("Discarding removes one letter, once")
    func discard() throws {
        try writer.bury([letter(1, "a"), letter(2, "b")])
        #expect(try letters.remove(2) && !letters.remove(2))
        #expect(try letters.letters(limit: 10).map(\.number) == [1])
        try writer.bury([letter(3, "c")])
        #expect(try letters.letters(limit: 10).map(\.number) == [1, 3])
    }

    private func letter(_ job: Int?, _ reason: String, body: String = "{}") -> DeadLetter {
        DeadLetter(
            jobID: job.map(testID), body: Array(body.utf8), reason: reason, attempts: 3,
            failedAtMilliseconds: 1_750_000_000_123)
    }
}
