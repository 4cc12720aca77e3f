import Testing

@testable import Cache
@testable import Queue
@testable import Reactor

@Suite struct ConfirmWindowTests {
    enum Step: Sendable {
        case publish(Int)
        case ack(UInt64, multiple: Bool = false)
        case nack(UInt64, multiple: Bool = false)
        case returned(Int)
        /// At so many milliseconds; message n is published at n and waits for 100.
        case expire(Int)
        case abandon
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [Step]
        /// In the order in which they were decided.
        let expected: [String]
        let left: Int
    }

    private static func publish(_ count: Int) -> [Step] { (1...count).map { .publish($0) } }

    static let rows: [Row] = [
        Row(
            testDescription: "one by one", steps: publish(2) + [.ack(1), .ack(2)],
            expected: ["1 accepted", "2 accepted"],
            left: 0),
        Row(
            testDescription: "out of order", steps: publish(3) + [.ack(3), .ack(1), .ack(2)],
            expected: ["3 accepted", "1 accepted", "2 accepted"], left: 0),
        Row(
            testDescription: "multiple", steps: publish(4) + [.ack(3, multiple: true)],
            expected: ["1 accepted", "2 accepted", "3 accepted"], left: 1),
        Row(
            testDescription: "multiple over one that was decided",
            steps: publish(3) + [.ack(2), .ack(3, multiple: true)],
            expected: ["2 accepted", "1 accepted", "3 accepted"], left: 0),
        Row(
            testDescription: "multiple of 0 is all", steps: publish(3) + [.ack(0, multiple: true)],
            expected: ["1 accepted", "2 accepted", "3 accepted"], left: 0),
        Row(
            testDescription: "nack", steps: publish(2) + [.nack(1), .ack(2)], expected: ["1 refused", "2 accepted"],
            left: 0),
        Row(
            testDescription: "nack of many", steps: publish(3) + [.ack(2), .nack(3, multiple: true)],
            expected: ["2 accepted", "1 refused", "3 refused"], left: 0),
        Row(
            testDescription: "return, then ack", steps: publish(2) + [.returned(1), .ack(2, multiple: true)],
            expected: ["1 refused", "2 accepted"], left: 0),
        Row(
            testDescription: "return of a message that is not there", steps: publish(1) + [.returned(9), .ack(1)],
            expected: ["1 accepted"], left: 0),
        Row(
            testDescription: "twice", steps: publish(2) + [.ack(1), .ack(1), .nack(1), .ack(1, multiple: true)],
            expected: ["1 accepted"], left: 1),
        Row(
            testDescription: "a tag that was never given", steps: publish(1) + [.ack(7), .nack(2)], expected: [],
            left: 1),
        Row(
            testDescription: "all up to one that was never given", steps: publish(2) + [.ack(7, multiple: true)],
            expected: ["1 accepted", "2 accepted"], left: 0),
        Row(
            testDescription: "patience ends with the oldest",
            steps: publish(3) + [.expire(100), .expire(101), .expire(102)],
            expected: ["1 unknown", "2 unknown"], left: 1),
        Row(
            testDescription: "patience skips what is decided",
            steps: publish(3) + [.ack(2), .expire(102), .ack(1), .ack(3)],
            expected: ["2 accepted", "1 unknown", "3 accepted"], left: 0),
        Row(
            testDescription: "an ack that comes too late", steps: publish(2) + [.expire(101), .ack(1), .ack(2)],
            expected: ["1 unknown", "2 accepted"], left: 0),
        Row(
            testDescription: "returned, and then silence", steps: publish(1) + [.returned(1), .expire(500)],
            expected: ["1 refused"], left: 0),
        Row(
            testDescription: "the connection is lost", steps: publish(4) + [.ack(2), .returned(3), .abandon],
            expected: ["2 accepted", "1 unknown", "3 refused", "4 unknown"], left: 0),
        Row(
            testDescription: "tags count anew on a new connection",
            steps: publish(2) + [.ack(1), .abandon, .publish(3), .publish(4), .ack(2), .ack(1)],
            expected: ["1 accepted", "2 unknown", "4 accepted", "3 accepted"], left: 0),
    ]

    @Test("Every message gets one outcome, that which the broker's words mean", arguments: rows)
    func table(row: Row) {
        var window = ConfirmWindow<Int>()
        var decided: [String] = []
        for step in row.steps {
            let note = { (message: Int, outcome: QueueOutcome) in decided.append("\(message) \(outcome)") }
            switch step {
            case .publish(let number):
                window.published(
                    number, id: testID(number), jobs: 3, bytes: 10,
                    deadline: Deadline(nanoseconds: 0).advanced(byMilliseconds: 100 + number))
            case .ack(let tag, let multiple): window.acked(tag, multiple: multiple, note)
            case .nack(let tag, let multiple): window.nacked(tag, multiple: multiple, note)
            case .returned(let number): window.returned(testID(number))
            case .expire(let milliseconds):
                let before = decided.count
                let now = Deadline(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
                #expect(window.expire(now: now, note) == (decided.count > before))
            case .abandon: window.abandon(note)
            }
            #expect(window.bytes == 10 * window.messages && window.jobs == 3 * window.messages)
            #expect(window.isEmpty == (window.nextDeadline == .never))
        }
        #expect(decided == row.expected)
        #expect(window.messages == row.left)
    }

    @Test("Whatever the broker says in whatever order, each message is decided once", arguments: 0..<20)
    func anything(seed: UInt64) {
        var random = SplitMix(state: seed)
        var window = ConfirmWindow<Int>()
        var published = 0
        var outcomes: [Int: QueueOutcome] = [:]
        let note = { (message: Int, outcome: QueueOutcome) in
            #expect(outcomes[message] == nil)
            outcomes[message] = outcome
        }
        for _ in 0..<5_000 {
            let tag = UInt64(max(0, published - Int.random(in: 0...40, using: &random)))
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3:
                published += 1
                window.published(published, id: testID(published), jobs: 1, bytes: 1, deadline: .never)
            case 4...5: window.acked(tag, multiple: false, note)
            case 6: window.nacked(tag, multiple: Bool.random(using: &random), note)
            default: window.acked(tag, multiple: true, note)
            }
            #expect(window.messages == published - outcomes.count)
        }
        window.abandon(note)
        #expect(outcomes.count == published && window.isEmpty)
    }
}
