import Reactor

@testable import Queue

extension OutgoingMessages {
    mutating func add(_ number: Int, partition: Int = 0, jobs: Int = 1, body: String = "{}") {
        let start = bytes.count
        bytes.append(string: body)
        messages.append(
            OutgoingMessage(
                id: testID(number), partition: partition, jobs: jobs,
                body: ByteRange(start: start, count: bytes.count - start)))
    }
}

extension EmbeddedQueueWriter {
    /// Commits one message for each number, all in one transaction.
    func put(_ numbers: [Int], partition: Int = 0, jobs: Int = 1, body: String = "{}") throws -> [Int64] {
        var outgoing = OutgoingMessages()
        for number in numbers { outgoing.add(number, partition: partition, jobs: jobs, body: body) }
        var assigned: [Int64] = []
        try commit(outgoing, assigned: &assigned)
        return assigned
    }

    func acknowledge(_ partition: Int, through sequence: Int64) throws {
        var assigned: [Int64] = []
        try commit(
            OutgoingMessages(),
            acknowledgements: [EmbeddedAcknowledgement(partition: partition, throughSequence: sequence)],
            assigned: &assigned)
    }

    func bury(_ letters: [DeadLetter]) throws {
        var assigned: [Int64] = []
        try commit(OutgoingMessages(), deadLetters: letters, assigned: &assigned)
    }
}

extension EmbeddedQueueReader {
    func sequences(_ partition: Int = 0, after sequence: Int64 = 0, maxJobs: Int = .max) throws -> [Int64] {
        var fetched = FetchedMessages()
        try fetch(partition: partition, after: sequence, maxJobs: maxJobs, into: &fetched)
        return fetched.messages.map(\.sequence)
    }
}
