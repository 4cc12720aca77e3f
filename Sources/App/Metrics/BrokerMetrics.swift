import Reactor
import Synchronization

/// What the publisher has counted. Told once a message.
final class BrokerMetrics: Sendable {
    private let figures: Mutex<BrokerFigures>

    init() { figures = Mutex(BrokerFigures(now: .now())) }

    func update(_ body: (inout BrokerFigures) -> Void) { figures.withLock { body(&$0) } }

    /// With the time of the present state up to now.
    func reading(now: Deadline) -> BrokerFigures {
        figures.withLock { figures in
            figures.change(to: figures.state, now: now)
            return figures
        }
    }
}

/// A copy of what the publisher has counted since the start.
struct BrokerFigures: Sendable {
    enum State: Int, CaseIterable, Sendable {
        /// Takes messages.
        case open
        /// There is no connection.
        case closed
        /// Connected, and takes nothing for now.
        case blocked

        var name: StaticString {
            switch self {
            case .open: "open"
            case .closed: "closed"
            case .blocked: "blocked"
            }
        }
    }

    /// What became of jobs.
    enum Outcome: Int, CaseIterable, Sendable {
        /// The broker has them.
        case confirmed
        /// The broker could not take them.
        case nacked
        /// No queue took them.
        case returned
        /// Written, and never answered.
        case unknown
        /// Never written.
        case unsent

        var name: StaticString {
            switch self {
            case .confirmed: "confirmed"
            case .nacked: "nacked"
            case .returned: "returned"
            case .unknown: "unknown"
            case .unsent: "unsent"
            }
        }
    }

    private(set) var state = State.closed
    private var since: Deadline
    private var nanoseconds = [UInt64](repeating: 0, count: State.allCases.count)
    private var outcomes = [UInt64](repeating: 0, count: Outcome.allCases.count)
    private(set) var publishedJobs: UInt64 = 0
    /// Of each message.
    private(set) var messageJobs = ValueHistogram(upTo: 10_000)
    /// Microseconds from the writing of a message to the broker's confirm.
    private(set) var confirms = ValueHistogram(upTo: 60_000_000)
    /// Messages that were written and are not answered.
    var unconfirmedMessages = 0

    init(now: Deadline) { since = now }

    /// How long the broker has been in `state` since the start.
    func seconds(in state: State) -> Double { Double(nanoseconds[state.rawValue]) / 1e9 }

    func jobs(_ outcome: Outcome) -> UInt64 { outcomes[outcome.rawValue] }

    mutating func change(to new: State, now: Deadline) {
        nanoseconds[state.rawValue] &+= now.nanoseconds &- since.nanoseconds
        since = now
        state = new
    }

    mutating func published(jobs: Int) {
        publishedJobs &+= UInt64(jobs)
        messageJobs.record(UInt64(jobs))
    }

    mutating func settled(_ outcome: Outcome, jobs: Int) { outcomes[outcome.rawValue] &+= UInt64(jobs) }

    mutating func confirmed(afterMicroseconds microseconds: UInt64) { confirms.record(microseconds) }
}
