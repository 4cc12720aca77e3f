import Orders
import Reactor

/// Lookups and single flight.
///
/// Why a waiter never sees a state older than what was committed, and thus acknowledged, before it asked. Let W be any
/// write to the id whose commit was announced before the waiter's `join`; all steps are under the shard's lock.
///
/// 1. The waiter only ever joins an attached flight, and the commit of W detached the one that was there. So the flight
///    F that the waiter joined *started after W was announced*.
/// 2. When F started there was no `order` entry. So W was either applied, and its entry gone since: then the
///    transaction that applied it had been committed before, and F's query, which begins after its start, sees W or
///    what came later. Or W is pending in a `statusOnly` entry: then F took that entry's status along, the newest of
///    all that were announced, and the answer gets it whatever the query saw. (An order consists of what its creation
///    said, and a status; an id is created once, before any other write to it, and a create leaves no `statusOnly`.)
/// 3. Or W was rejected: it has no effect, and the database is the truth.
///
/// What a flight found is kept only if it is still attached when it completes, that is: if no write was announced and
/// no deciding one applied since it began. So a fill never replaces anything newer either.
extension CacheShard {
    mutating func lookup(_ id: UUID, now: Deadline, into buffer: inout ByteBuffer) -> LookupResult {
        guard let slot = find(id, now: now) else { return .miss }
        let isDeleting = table.entries[slot].isDeleting
        buffer.append(table.entries[slot].bytes)
        switch table.entries[slot].content {
        case .order:
            return .hit(
                CachedOrder(
                    status: table.entries[slot].status, isDeleting: isDeleting,
                    isPending: table.entries[slot].pending > 0, stamp: stamp))
        case .statusOnly:
            return .overlay(status: table.entries[slot].status, isDeleting: isDeleting)
        case .vacant:
            preconditionFailure("a vacant entry was left in the table")
        }
    }

    mutating func join(_ id: UUID, _ waiter: Waiter, now: Deadline, into buffer: inout ByteBuffer) -> JoinResult {
        var context = FlightContext(stamp: stamp, overlay: [], isDeleting: false)
        if let slot = find(id, now: now) {
            let entry = table.entries[slot]
            if entry.content == .order {
                buffer.append(entry.bytes)
                return .hit(
                    CachedOrder(
                        status: entry.status, isDeleting: entry.isDeleting, isPending: entry.pending > 0, stamp: stamp))
            }
            if flights.join(id, waiter) { return .joined }
            context.overlay = Array(entry.bytes)
            context.isDeleting = entry.isDeleting
        } else if flights.join(id, waiter) {
            return .joined
        }
        return .start(flights.start(id, context, waiter, shared: true))
    }

    /// A flight for this waiter alone, of which nothing is kept.
    mutating func startUnshared(_ id: UUID, _ waiter: Waiter) -> FlightID {
        flights.start(id, FlightContext(stamp: stamp, overlay: [], isDeleting: false), waiter, shared: false)
    }

    mutating func complete(
        _ id: FlightID, _ result: FlightResult, now: Deadline, waiters: inout [Waiter], answer: inout ByteBuffer
    ) -> FlightAnswer {
        let flight = flights.complete(id, waiters: &waiters)
        switch result {
        case .failed: return .failed
        // Not kept: who asks for ids at random would fill the cache with nothing, and the answer is one indexed read.
        case .notFound: return .notFound
        case .found(let order, let oldStatus):
            let start = answer.count
            var status = oldStatus
            if flight.context.overlay.isEmpty {
                answer.append(order)
            } else {
                answer.append(UnsafeRawBufferPointer(rebasing: order[..<Int(oldStatus.start)]))
                flight.context.overlay.withUnsafeBytes { answer.append($0) }
                answer.append(UnsafeRawBufferPointer(rebasing: order[oldStatus.end...]))
                status = ByteRange(start: Int(oldStatus.start), count: flight.context.overlay.count)
            }
            if flight.isAttached {
                fill(flight.key, UnsafeRawBufferPointer(rebasing: answer.bytes[start...]), status, now: now)
            }
            let context = flight.context
            return .found(CachedOrder(status: status, isDeleting: context.isDeleting, stamp: context.stamp))
        }
    }

    /// Keeps what an attached flight found.
    private mutating func fill(_ id: UUID, _ order: UnsafeRawBufferPointer, _ status: ByteRange, now: Deadline) {
        if let slot = find(id, now: now) {
            // Pending writes to an order unseen so far: the flight took their status along.
            precondition(table.entries[slot].content == .statusOnly, "an attached flight beside an order entry")
            load.bytes -= table.entries[slot].footprintBytes
            table.entries[slot].store(order: order, status: status, newStatus: status.of(order))
            load.bytes += table.entries[slot].footprintBytes
        } else if limits.detailTTLSeconds > 0 {
            let slot = table.insert(id)
            table.entries[slot].store(order: order, status: status, newStatus: status.of(order))
            makeEvictable(slot, expiry: now.jittered(bySeconds: limits.detailTTLSeconds, &random))
        }
    }
}
