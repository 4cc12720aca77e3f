import Orders

// What a client does next.
extension Book {
    /// Bounds the memory, and how long the last look takes: from then on orders are only patched and read.
    static let maxOrders = 200_000
    /// After so many writes another order takes its place.
    static let maxWritesOfOrder = 32

    /// - Parameters:
    ///   - dice: any number that isn't negative.
    ///   - mayUseKey: whether the client can retry another POST until it is decided.
    func nextStep(dice: Int, mayUseKey: Bool) -> LoadStep? {
        let (action, dice) = (dice % 100, dice / 100)
        return withState { state in
            if state.pool.hasRoom, action < 50, let step = state.create(isKeyed: mayUseKey && dice % 2 == 0) {
                return step
            }
            switch action {
            case ..<40: return state.write(dice, .patch) ?? state.read(dice)
            case ..<48: return state.write(dice, .delete) ?? state.read(dice)
            case ..<50: return state.repeatCreation(dice) ?? state.read(dice)
            default: return state.read(dice)
            }
        }
    }

    /// Once more for a POST of unknown fate, with its key.
    func retry(_ order: Int) -> LoadStep {
        withState { state in
            state.note(.creating(order: order, isKeyed: true))
            return .create(order: order, isKeyed: true)
        }
    }
}

extension Book.State {
    fileprivate mutating func create(isKeyed: Bool) -> LoadStep? {
        let order = ledger.orders.count
        guard order < Book.maxOrders else { return nil }
        let isKeyed = isKeyed && !hasNoKeys
        pool.willCreate()
        note(.creating(order: order, isKeyed: isKeyed))
        return .create(order: order, isKeyed: isKeyed)
    }

    fileprivate mutating func write(_ dice: Int, _ change: Change) -> LoadStep? {
        // The last orders stay, so that there is something to write to.
        if change == .delete, ledger.orders.count >= Book.maxOrders { return nil }
        guard let order = pool.takeForWriting(dice: dice) else { return nil }
        let record = ledger.orders[order]
        guard let id = record.id else { preconditionFailure("an order without an id in the pool") }
        let write = record.writes.count
        note(.writing(order: order, write: write, change))
        return .write(order: order, id: id, write: write, change)
    }

    fileprivate mutating func repeatCreation(_ dice: Int) -> LoadStep? {
        guard let order = pool.anyOrder(dice: dice), ledger.orders[order].isKeyed, !hasNoKeys else { return nil }
        note(.repeating(order: order))
        return .repeatCreation(order: order)
    }

    fileprivate func read(_ dice: Int) -> LoadStep? {
        guard let order = pool.anyOrder(dice: dice), let id = ledger.orders[order].id else { return nil }
        return .read(order: order, id: id, asked: ledger.orders[order].floor)
    }
}
