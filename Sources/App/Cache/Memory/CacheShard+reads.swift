import Orders
import Reactor
import Store

/// Lookups and single flight.
///
/// Why a waiter never sees a state older than what was committed, and thus acknowledged, before it asked. Let W be any
/// write to the id whose commit was announced before the waiter's `join`; all steps are under the shard's lock.
///
/// 1. The waiter only ever joins an attached flight, and the commit of W detached the one that was there, unless a
///    newer state was shown already. So the flight F that the waiter joined *started after W, or a newer write, was
///    announced*.
/// 2. When F started there was no `order` entry. So W was either applied, and its entry gone since: then the
///    transaction that applied it had been committed before, and F's query, which begins after its start, sees W or
///    what came later. Or W, or a newer write, is pending in a `statusOnly` entry: then F took that entry's status
///    along, and the answer gets it unless the query saw a newer one. (An order consists of what its creation said, and
///    a status. A create leaves no `statusOnly`.)
/// 3. Or W was rejected: it has no effect, and the database is the truth.
///
/// What a flight found is kept only if it is still attached when it completes, that is: if no write was announced and
/// no deciding one applied since it began. So a fill never replaces anything newer either.
///
/// What the database shows is as good as a settlement: whatever is pending up to that version is over. So an entry that
/// was announced again, when its end had been told already, ends when it is read.
extension CacheShard {
    mutating func lookup(_ id: UUID, now: Deadline, into buffer: inout ByteBuffer) -> LookupResult {
        guard let slot = find(id, now: now) else { return .miss }
        let entry = table.entries[slot]
        buffer.append(entry.bytes)
        switch entry.content {
        case .order: return .hit(CachedOrder(entry))
        case .statusOnly:
            return .overlay(status: entry.status, version: entry.version, isDeleting: entry.isDeleting)
        case .vacant:
            preconditionFailure("a vacant entry was left in the table")
        }
    }

    mutating func join(_ id: UUID, _ waiter: Waiter, now: Deadline, into buffer: inout ByteBuffer) -> JoinResult {
        var context = FlightContext()
        if let slot = find(id, now: now) {
            let entry = table.entries[slot]
            if entry.content == .order {
                buffer.append(entry.bytes)
                return .hit(CachedOrder(entry))
            }
            if flights.join(id, waiter) { return .joined }
            context = FlightContext(
                overlay: Array(entry.bytes), version: entry.version, isDeleting: entry.isDeleting)
        } else if flights.join(id, waiter) {
            return .joined
        }
        return .start(flights.start(id, context, waiter, shared: true))
    }

    /// A flight for this waiter alone, of which nothing is kept.
    mutating func startUnshared(_ id: UUID, _ waiter: Waiter) -> FlightID {
        flights.start(id, FlightContext(), waiter, shared: false)
    }

    mutating func complete(
        _ id: FlightID, _ result: FlightResult, now: Deadline, waiters: inout [Waiter], answer: inout ByteBuffer
    ) -> FlightAnswer {
        let flight = flights.complete(id, waiters: &waiters)
        switch result {
        case .failed: return .failed
        // Not kept: who asks for ids at random would fill the cache with nothing, and the answer is one indexed read.
        case .missing(let since):
            if since > .none { settled(SettledWrite(orderID: flight.key, version: since, isShown: false), now: now) }
            return .missing(since: since)
        case .found(let order, let oldStatus, let version):
            let start = answer.count
            let context = flight.context
            var found = CachedOrder(status: oldStatus, version: version, isDeleting: false)
            if context.overlay.isEmpty || context.version <= version {
                answer.append(order)
            } else {
                answer.append(UnsafeRawBufferPointer(rebasing: order[..<Int(oldStatus.start)]))
                context.overlay.withUnsafeBytes { answer.append($0) }
                answer.append(UnsafeRawBufferPointer(rebasing: order[oldStatus.end...]))
                found.status = ByteRange(start: Int(oldStatus.start), count: context.overlay.count)
                found.version = context.version
                found.isDeleting = context.isDeleting
            }
            if find(flight.key, now: now) != nil {
                settled(SettledWrite(orderID: flight.key, version: version, isShown: true), now: now)
            }
            if flight.isAttached {
                fill(flight.key, UnsafeRawBufferPointer(rebasing: answer.bytes[start...]), found, now: now)
            } else {
                newestForgotten = max(newestForgotten, version)
            }
            return .found(found)
        }
    }

    /// Keeps what an attached flight found.
    private mutating func fill(_ id: UUID, _ order: UnsafeRawBufferPointer, _ found: CachedOrder, now: Deadline) {
        let newStatus = found.status.of(order)
        if let slot = find(id, now: now) {
            // A pending write to an order unseen so far, newer than what the database has: the flight took it along.
            precondition(table.entries[slot].content == .statusOnly, "an attached flight beside an order entry")
            precondition(table.entries[slot].version == found.version, "an attached flight of an older write")
            load.bytes -= table.entries[slot].footprintBytes
            table.entries[slot].store(order: order, status: found.status, newStatus: newStatus)
            load.bytes += table.entries[slot].footprintBytes
        } else if limits.detailTTLSeconds > 0 {
            let slot = table.insert(id)
            table.entries[slot].store(order: order, status: found.status, newStatus: newStatus)
            table.entries[slot].version = found.version
            makeEvictable(slot, expiry: now.jittered(bySeconds: limits.detailTTLSeconds, &random))
        } else {
            newestForgotten = max(newestForgotten, found.version)
        }
    }
}

extension CachedOrder {
    fileprivate init(_ entry: CacheEntry) {
        self.init(
            status: entry.status, version: entry.version, isDeleting: entry.isDeleting, isPending: entry.isPending)
    }
}
