import Reactor

/// What a loop does when the order or the page that it waits for has been read.
enum PendingRead {
    case show(ResponseToken)
    /// With the new status, a JSON string with its quotes.
    case update(ResponseToken, UUID, status: [UInt8])
    case delete(ResponseToken, UUID)
    case list(ResponseToken)

    var token: ResponseToken {
        switch self {
        case .show(let token), .update(let token, _, _), .delete(let token, _), .list(let token): token
        }
    }
}

/// The reads that one loop waits for, under numbers that travel through the reader threads in their place.
struct PendingReads: ~Copyable {
    private var reads: [UInt64: PendingRead] = [:]
    private var lastTicket: UInt64 = 0

    var count: Int { reads.count }

    /// Never gives a number twice.
    mutating func add(_ read: PendingRead) -> UInt64 {
        lastTicket += 1
        reads[lastTicket] = read
        return lastTicket
    }

    /// nil when the read was answered in another way.
    mutating func take(_ ticket: UInt64) -> PendingRead? { reads.removeValue(forKey: ticket) }
}
