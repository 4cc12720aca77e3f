import Orders
import Reactor

/// What a loop does when the order or the page that it waits for has been read.
enum PendingRead {
    case order(OrderQuestion)
    case change(OrderChange)
    case list(ResponseToken)
    /// With the loop's number for the request with an idempotency key.
    case key(ResponseToken, UInt64)

    var token: ResponseToken {
        switch self {
        case .order(let question): question.token
        case .change(let change): change.token
        case .list(let token), .key(let token, _): token
        }
    }

    /// The order that is to be written when it has been read.
    fileprivate var writtenOrder: UUID? { if case .change(let change) = self { change.id } else { nil } }
}

/// The reads that one loop waits for, under numbers that travel through the reader threads in their place.
///
/// Writes to one order must not overtake each other here: a client may send the second before the first is answered,
/// and the cache may know the order by then. So what is found out for a write goes for the older ones that still
/// wait, too.
struct PendingReads: ~Copyable {
    private var reads: [UInt64: PendingRead] = [:]
    /// The numbers of the writes among them, by order, the oldest first.
    private var writes: [UUID: [UInt64]] = [:]
    private var lastTicket: UInt64 = 0

    var count: Int { reads.count }

    /// Never gives a number twice.
    mutating func add(_ read: PendingRead) -> UInt64 {
        lastTicket += 1
        reads[lastTicket] = read
        if let id = read.writtenOrder { writes[id, default: []].append(lastTicket) }
        return lastTicket
    }

    /// nil when the read was answered in another way.
    mutating func take(_ ticket: UInt64) -> PendingRead? {
        guard let read = reads.removeValue(forKey: ticket) else { return nil }
        if let id = read.writtenOrder {
            writes[id]?.removeAll { $0 == ticket }
            if writes[id]?.isEmpty == true { writes[id] = nil }
        }
        return read
    }

    /// The read of this number, behind the older writes to the same order; none when it was answered in another way.
    mutating func takeInOrder(_ ticket: UInt64) -> [PendingRead] {
        guard let read = reads[ticket] else { return [] }
        let older = read.writtenOrder.flatMap { writes[$0] }?.prefix { $0 < ticket } ?? []
        return (older + [ticket]).compactMap { take($0) }
    }

    /// All writes to `id` that wait, the oldest first.
    mutating func takeWrites(to id: UUID) -> [PendingRead] {
        // The usual case, and on the hot path.
        if writes.isEmpty { return [] }
        return (writes[id] ?? []).compactMap { take($0) }
    }
}
