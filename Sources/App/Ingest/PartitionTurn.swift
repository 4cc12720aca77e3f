import Synchronization

/// Which partition takes the new orders now: all loops give their orders ids of the same one, and it changes with every round
/// that goes to the queue.
///
/// So what gathers for a round fits into one large message instead of a small one for each partition: the broker's work grows
/// with messages far more than with the orders in them. Over some rounds all partitions get as much.
final class PartitionTurn: Sendable {
    /// How many partitions there are.
    let count: Int
    /// So many orders of one turn of a loop at most go to the same partition: a message holds no more.
    let ordersInARow: Int
    private let rounds = Atomic<UInt>(0)

    init(count: Int, ordersInARow: Int) {
        precondition(count > 0 && ordersInARow > 0)
        self.count = count
        self.ordersInARow = ordersInARow
    }

    /// From any thread. Relaxed: nothing depends on who sees a change first.
    var current: Int { Int(rounds.load(ordering: .relaxed) % UInt(count)) }

    /// From the thread that takes orders to the queue: what it has taken is a round.
    func advance() { rounds.wrappingAdd(1, ordering: .relaxed) }
}
