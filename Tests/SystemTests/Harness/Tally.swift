import Synchronization

/// What clients wrote, and what became of it as far as they were told: the measure for what the server holds after a
/// crash.
///
/// Each order is written by one client at a time. An answer that never came leaves both possible, the write and its
/// absence, until somebody has looked.
final class Tally: Sendable {
    enum OrderState: Hashable, Sendable {
        case status(String)
        case gone
    }

    private struct Known {
        let customer: String
        /// The last acknowledged state, and those of unanswered writes after it.
        var possible: Set<OrderState>
    }

    private struct State {
        var orders: [String: Known] = [:]
        /// Customers of orders whose creation was never answered.
        var unanswered: Set<String> = []
        var touched: Set<String> = []
        var acknowledged = 0
        var violations: [String] = []
    }

    private let state = Mutex(State())

    /// Sentences about what should not have happened.
    var violations: [String] { state.withLock { $0.violations } }
    var acknowledged: Int { state.withLock { $0.acknowledged } }
    var unanswered: Int { state.withLock { $0.unanswered.count } }

    func note(_ violation: String) { state.withLock { $0.violations.append(violation) } }

    // MARK: Writes

    func willCreate(_ customer: String) { state.withLock { _ = $0.unanswered.insert(customer) } }

    func created(_ customer: String, id: String) {
        state.withLock { state in
            state.unanswered.remove(customer)
            state.touched.insert(id)
            state.acknowledged += 1
            let first = Known(customer: customer, possible: [.status(TestOrder(customer: customer).status)])
            if state.orders.updateValue(first, forKey: id) != nil { state.violations.append("\(id) was given twice") }
        }
    }

    /// The client was promised that nothing was stored.
    func refusedCreate(_ customer: String) { state.withLock { _ = $0.unanswered.remove(customer) } }

    func willWrite(_ id: String, _ new: OrderState) {
        state.withLock { state in
            state.touched.insert(id)
            state.orders[id]?.possible.insert(new)
        }
    }

    func wrote(_ id: String, _ new: OrderState) {
        state.withLock { state in
            state.acknowledged += 1
            state.orders[id]?.possible = [new]
        }
    }

    /// The client was promised that nothing was stored. No two writes to an order are for the same state.
    func refusedWrite(_ id: String, _ new: OrderState) {
        state.withLock { _ = $0.orders[id]?.possible.remove(new) }
    }

    // MARK: Checks

    /// All orders that were acknowledged.
    var ids: [String] { state.withLock { Array($0.orders.keys) } }

    /// The orders that were written since the last call.
    func takeTouched() -> [String] {
        state.withLock { state in
            defer { state.touched = [] }
            return Array(state.touched)
        }
    }

    /// Checks what a GET of `id` was answered when no write was under way; what it showed is what holds from then on.
    func check(_ id: String, _ answer: HTTPAnswer) {
        state.withLock { state in
            guard let known = state.orders[id] else { return state.violations.append("\(id) is not ours") }
            let seen: OrderState
            if answer.status == 404 || answer.json["status"] == .string("deleting") {
                seen = .gone
            } else if let status = answer.json["status"]?.text {
                seen = .status(status)
                if answer.json != TestOrder(customer: known.customer).json(id: id, status: status) {
                    state.violations.append("\(id): \(answer.text)")
                }
            } else {
                return state.violations.append("\(id): \(answer.status) \(answer.text)")
            }
            if !known.possible.contains(seen) {
                state.violations.append("\(id): \(seen), not one of \(known.possible)")
            }
            state.orders[id]?.possible = [seen]
        }
    }

    /// Checks what a GET of `id` was answered while nobody wrote to it, but writes of unknown outcome may still take
    /// effect.
    ///
    /// - Parameters:
    ///   - mayBeStale: any state of the order is fine.
    ///   - mayLackDatabase: what no cache knows can't be told: that an order is gone.
    func checkRead(_ id: String, _ answer: HTTPAnswer, mayBeStale: Bool = false, mayLackDatabase: Bool = false) {
        state.withLock { state in
            guard let known = state.orders[id] else { return state.violations.append("\(id) is not ours") }
            if answer.status == 503 && mayLackDatabase && known.possible.contains(.gone) { return }
            var seen = OrderState.gone
            if answer.status == 200, let status = answer.json["status"]?.text {
                if status != "deleting" { seen = .status(status) }
                if answer.json != TestOrder(customer: known.customer).json(id: id, status: status) {
                    state.violations.append("\(id): \(answer.text)")
                }
            } else if answer.status != 404 {
                return state.violations.append("\(id): \(answer.status) \(answer.text)")
            }
            if !mayBeStale && !known.possible.contains(seen) {
                state.violations.append("\(id) shows \(seen), not one of \(known.possible)")
            }
        }
    }

    /// Checks the whole database when nothing waits any more.
    func check(_ stored: [String: TestOrder]) {
        state.withLock { state in
            var seen: Set<String> = []
            for (id, order) in stored {
                if !seen.insert(order.customer).inserted { state.violations.append("\(order.customer) is there twice") }
                var expected = TestOrder(customer: order.customer)
                if let known = state.orders[id] {
                    expected = TestOrder(customer: known.customer)
                    expected.status = order.status
                    if !known.possible.contains(.status(order.status)) {
                        state.violations.append("\(id) is \(order.status), not one of \(known.possible)")
                    }
                } else if !state.unanswered.contains(order.customer) {
                    state.violations.append("\(id) of \(order.customer) was never accepted")
                }
                if order != expected { state.violations.append("\(id): \(order), not \(expected)") }
            }
            for (id, known) in state.orders where stored[id] == nil && !known.possible.contains(.gone) {
                state.violations.append("\(id) is lost, was \(known.possible)")
            }
        }
    }
}
