import Orders

/// What is known of one order of a run.
struct OrderRecord: Sendable {
    struct Write: Sendable {
        let change: Change
        var fate = Fate.inFlight
        /// An attempt of before, with the same key, is of unknown fate.
        var hasUnknownAttempt = false
        /// A read showed it.
        var isSeen = false
        /// Milliseconds since the run began.
        var sent: Int
        var answered: Int?
    }

    enum Fate: Equatable, Sendable {
        case inFlight, acknowledged, refused
        case unknown(UnknownFate)
    }

    /// What a read that begins now must show at least.
    struct Floor: Equatable, Sendable {
        /// Acknowledged, or shown by a read. -1: not even the creation.
        var write = -1
        /// The order was shown to be gone, behind a delete.
        var isGone = false

        mutating func raise(to write: Int, isGone: Bool = false) {
            if write > self.write {
                self = Floor(write: write, isGone: isGone)
            } else if write == self.write && isGone {
                self.isGone = true
            }
        }
    }

    let number: Int
    let isKeyed: Bool
    /// nil until an answer or the list names it.
    var id: UUID?
    var writes: [Write]
    var floor = Floor()
    /// How many reads found nothing where nothing was deleted; what they mean shows later.
    var missingReads = 0

    init(number: Int, isKeyed: Bool, sent: Int) {
        self.number = number
        self.isKeyed = isKeyed
        writes = [Write(change: .create, sent: sent)]
    }

    /// The newest delete that may have taken effect.
    var lastDelete: Int? { writes.lastIndex { $0.change == .delete && $0.fate != .refused } }

    /// A delete was refused, and a read had found nothing meanwhile: nothing was there, and the delete is not why.
    /// False when that is not what the reads have shown.
    mutating func takeBackGone(_ write: Int) -> Bool {
        guard writes[write].change == .delete, floor == Floor(write: write, isGone: true) else { return false }
        writes[write].isSeen = false
        missingReads += 1
        floor = Floor()
        for (number, write) in writes.enumerated() where write.fate == .acknowledged || write.isSeen {
            floor.raise(to: number)
        }
        return true
    }
}
