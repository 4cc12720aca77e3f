import Synchronization

/// Numbers that threads take, work with and give back: whoever has one is alone with it.
final class TokenPool: Sendable {
    private struct State {
        var free: [Int]
        /// Taken ones included.
        var alive: Int
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: Array(0..<count), alive: count)) }

    /// Whether all have been retired.
    var isExhausted: Bool { state.withLock { $0.alive == 0 } }

    /// Any free one; nil when all are taken at the moment.
    func take(_ random: inout SeededGenerator) -> Int? {
        let draw = random.next()
        return state.withLock { state in
            guard !state.free.isEmpty else { return nil }
            state.free.swapAt(Int(draw % UInt64(state.free.count)), state.free.count - 1)
            return state.free.removeLast()
        }
    }

    func giveBack(_ token: Int) { state.withLock { $0.free.append(token) } }

    func retire(_ token: Int) { state.withLock { $0.alive -= 1 } }
}
