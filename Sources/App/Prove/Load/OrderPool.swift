/// The orders that the clients of a run share. Any of them may be read by anyone; one client at a time writes to one.
struct OrderPool: Sendable {
    private static let recentCount = 256

    /// How many orders are written to at a time.
    let size: Int
    /// Those that are waited for, because their POST is under way.
    private var coming = 0
    private var live: [Int] = []
    private var places: [Int: Int] = [:]
    private var beingWritten: Set<Int> = []
    /// The newest of those that nobody writes to any more.
    private var recent: [Int] = []
    private var recentNext = 0

    init(size: Int) { self.size = size }

    var hasRoom: Bool { live.count + coming < size }

    mutating func willCreate() { coming += 1 }

    /// - Parameter order: nil when none came of it that could be written to.
    mutating func created(_ order: Int?) {
        coming -= 1
        guard let order else { return }
        places[order] = live.count
        live.append(order)
    }

    /// nil when somebody writes to that order, or there is none. `dice` is any number.
    mutating func takeForWriting(dice: Int) -> Int? {
        guard !live.isEmpty else { return nil }
        let order = live[dice % live.count]
        return beingWritten.insert(order).inserted ? order : nil
    }

    /// - Parameter isLast: nobody writes to it any more; it is still read for a while.
    mutating func wrote(_ order: Int, isLast: Bool) {
        beingWritten.remove(order)
        guard isLast, let place = places.removeValue(forKey: order) else { return }
        let last = live.removeLast()
        if last != order {
            live[place] = last
            places[last] = place
        }
        retire(order)
    }

    mutating func retire(_ order: Int) {
        if recent.count < Self.recentCount {
            recent.append(order)
        } else {
            recent[recentNext] = order
            recentNext = (recentNext + 1) % Self.recentCount
        }
    }

    /// An order to read, out of those that are written to and, a third of the time, of the others. `dice` is any
    /// number.
    func anyOrder(dice: Int) -> Int? {
        let (from, other) = dice % 3 == 0 ? (recent, live) : (live, recent)
        let orders = from.isEmpty ? other : from
        return orders.isEmpty ? nil : orders[dice / 3 % orders.count]
    }
}
