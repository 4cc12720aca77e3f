package import Reactor
import Synchronization

/// What the publisher has counted. Told once a message.
package final class BrokerMetrics: Sendable {
    private let figures: Mutex<BrokerFigures>

    package init() { figures = Mutex(BrokerFigures(now: .now())) }

    package func update(_ body: (inout BrokerFigures) -> Void) { figures.withLock { body(&$0) } }

    /// With the time of the present state up to now.
    package func reading(now: Deadline) -> BrokerFigures {
        figures.withLock { figures in
            figures.change(to: figures.state, now: now)
            return figures
        }
    }
}

/// A copy of what the publisher has counted since the start.
package struct BrokerFigures: Sendable {
    package enum State: Int, CaseIterable, Sendable {
        /// Takes messages.
        case open
        /// There is no connection.
        case closed
        /// Connected, and takes nothing for now.
        case blocked

        package var name: StaticString {
            switch self {
            case .open: "open"
            case .closed: "closed"
            case .blocked: "blocked"
            }
        }
    }

    /// What became of jobs.
    package enum Outcome: Int, CaseIterable, Sendable {
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

        package var name: StaticString {
            switch self {
            case .confirmed: "confirmed"
            case .nacked: "nacked"
            case .returned: "returned"
            case .unknown: "unknown"
            case .unsent: "unsent"
            }
        }
    }

    package private(set) var state = State.closed
    private var since: Deadline
    private var nanoseconds = [UInt64](repeating: 0, count: State.allCases.count)
    private var outcomes = [UInt64](repeating: 0, count: Outcome.allCases.count)
    private(set) var publishedJobs: UInt64 = 0
    /// Of each message.
    package private(set) var messageJobs = ValueHistogram(upTo: 10_000)
    /// Microseconds from the writing of a message to the broker's confirm.
    private(set) var confirms = ValueHistogram(upTo: 60_000_000)
    /// Messages that were written and are not answered.
    package var unconfirmedMessages = 0

    package init(now: Deadline) { since = now }

    /// How long the broker has been in `state` since the start.
    package func seconds(in state: State) -> Double { Double(nanoseconds[state.rawValue]) / 1e9 }

    package func jobs(_ outcome: Outcome) -> UInt64 { outcomes[outcome.rawValue] }

    package mutating func change(to new: State, now: Deadline) {
        nanoseconds[state.rawValue] &+= now.nanoseconds &- since.nanoseconds
        since = now
        state = new
    }

    package mutating func published(jobs: Int) {
        publishedJobs &+= UInt64(jobs)
        messageJobs.record(UInt64(jobs))
    }

    package mutating func settled(_ outcome: Outcome, jobs: Int) { outcomes[outcome.rawValue] &+= UInt64(jobs) }

    package mutating func confirmed(afterMicroseconds microseconds: UInt64) { confirms.record(microseconds) }
}
