import Synchronization

/// What is known of the versions of some orders, and thus what a reader may be shown. The status of an order is its
/// version: `v0`, `v1`, and so on.
final class VersionBoard: Sendable {
    /// What a reader that asks now must see at least.
    struct Floor: Sendable {
        var version = 0
        /// A delete was acknowledged, or seen.
        var isDeleted = false
        /// The order was seen to be gone.
        var isGone = false
    }

    private struct Entry {
        var id = ""
        var floor = Floor()
        /// The highest version that was sent.
        var attempted = 0
        var isDeleteAttempted = false
    }

    private struct State {
        var entries: [Entry]
        var violations: [String] = []
    }

    private let state: Mutex<State>

    init(orders: Int) { state = Mutex(State(entries: (0..<orders).map { _ in Entry() })) }

    /// Sentences about answers that should not have been given.
    var violations: [String] { state.withLock { $0.violations } }

    func id(_ order: Int) -> String { state.withLock { $0.entries[order].id } }

    func floor(_ order: Int) -> Floor { state.withLock { $0.entries[order].floor } }

    func created(_ order: Int, id: String) { state.withLock { $0.entries[order].id = id } }

    func willUpdate(_ order: Int, to version: Int) { state.withLock { $0.entries[order].attempted = version } }

    func updated(_ order: Int, to version: Int) { state.withLock { $0.entries[order].floor.version = version } }

    func willDelete(_ order: Int) { state.withLock { $0.entries[order].isDeleteAttempted = true } }

    func deleted(_ order: Int) { state.withLock { $0.entries[order].floor.isDeleted = true } }

    /// Checks the answer to a GET that was sent after `floor` was asked for; who asks from now on must not see less.
    func check(_ order: Int, _ answer: HTTPAnswer, asked floor: Floor) {
        let status = answer.json["status"]?.text
        state.withLock { state in
            let entry = state.entries[order]
            var problem: String?
            if answer.status == 404 {
                if !entry.isDeleteAttempted { problem = "404" }
                state.entries[order].floor.isDeleted = true
                state.entries[order].floor.isGone = true
            } else if status == "deleting" {
                if !entry.isDeleteAttempted || floor.isGone { problem = "deleting" }
                state.entries[order].floor.isDeleted = true
            } else if let version = Self.version(status), answer.status == 200 {
                if version < floor.version || version > entry.attempted || floor.isDeleted { problem = "v\(version)" }
                state.entries[order].floor.version = max(entry.floor.version, version)
            } else {
                problem = "\(answer.status) \(answer.text)"
            }
            if let problem {
                state.violations.append("\(entry.id): \(problem), asked with \(floor), attempted v\(entry.attempted)")
            }
        }
    }

    private static func version(_ status: String?) -> Int? {
        guard let status, status.hasPrefix("v") else { return nil }
        return Int(status.dropFirst())
    }
}
