import Synchronization
import TestServers

/// What was answered to the clients of a load, and how long each of them waited for it.
final class AnswerLog: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var acceptances: [Double] = []
        var slowestSeconds = 0.0
        var tooSlow: [String] = []
    }

    /// No client may wait longer for anything.
    static let limitSeconds = 5.0

    private let state = Mutex(State())
    private let start = Timeout.now()

    /// `outcome` is a status, or what came instead of an answer.
    func note(_ method: String, _ outcome: String, sent: Double) {
        let now = Timeout.now()
        state.withLock { state in
            state.counts["\(method) \(outcome)", default: 0] += 1
            if outcome == "202" { state.acceptances.append(now) }
            state.slowestSeconds = max(state.slowestSeconds, now - sent)
            if now - sent > Self.limitSeconds {
                state.tooSlow.append("\(method) \(outcome) took \(now - sent) s, sent at \(sent - start) s")
            }
        }
    }

    /// What came for each method: `POST 202`, `GET ended`.
    var outcomes: Set<String> { state.withLock { Set($0.counts.keys) } }

    /// How many writes were acknowledged.
    var accepted: Int { state.withLock { $0.acceptances.count } }

    /// Sentences about answers that took longer than ``limitSeconds``.
    var tooSlow: [String] { state.withLock { $0.tooSlow } }

    /// The longest time in which no client got an acknowledgement, in seconds.
    private var longestPause: Double {
        let times = state.withLock { $0.acceptances }.sorted()
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    /// One line for the log of the test run.
    var summary: String {
        let (counts, slowest) = state.withLock { ($0.counts, $0.slowestSeconds) }
        let parts = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return parts.joined(separator: ", ")
            + "; slowest \(Self.milliseconds(slowest)) ms, no 202 for \(Self.milliseconds(longestPause)) ms"
    }

    private static func milliseconds(_ seconds: Double) -> Int { Int(seconds * 1_000) }
}
