/// The reads under way and who waits for each: at most one *attached* flight a key, which later readers join, and any
/// number of detached ones, which answer those who already wait and nobody else.
///
/// Slots, their waiter arrays and the dictionary are reused: a steady load allocates nothing. How many flights there
/// can be is bounded by the caller's reader queue: a read that finds it full is completed as failed at once.
struct FlightTable<Key: Hashable & Sendable, Context: Sendable>: ~Copyable, Sendable {
    struct Flight: Sendable {
        var key: Key
        var context: Context
        var isAttached: Bool
    }

    private struct Slot: Sendable {
        var flight: Flight?
        var generation: UInt32
        var waiters: [Waiter]
    }

    /// A slot that once had a crowd gives its memory back.
    private static var keptWaiters: Int { 256 }

    private let shard: UInt16
    private var slots: [Slot] = []
    private var vacant: [UInt32] = []
    /// Swift's own hash: keyed afresh in each process, so chosen ids can't pile up.
    private var attached: [Key: UInt32] = [:]

    /// `shard` goes into each ``FlightID``, for the owner to find this table again.
    init(shard: Int) { self.shard = UInt16(shard) }

    /// Flights not yet completed.
    var count: Int { slots.count - vacant.count }

    /// What the flight that may be joined for `key` began with; nil when there is none.
    func context(of key: Key) -> Context? {
        guard !attached.isEmpty, let slot = attached[key] else { return nil }
        return slots[Int(slot)].flight?.context
    }

    /// Adds a waiter to the attached flight of `key`; false when there is none.
    mutating func join(_ key: Key, _ waiter: Waiter) -> Bool {
        guard !attached.isEmpty, let slot = attached[key] else { return false }
        slots[Int(slot)].waiters.append(waiter)
        return true
    }

    /// Begins a flight with its first waiter. Not `shared`: detached from birth, nobody joins it.
    mutating func start(_ key: Key, _ context: Context, _ waiter: Waiter, shared: Bool) -> FlightID {
        let slot: UInt32
        if let reused = vacant.popLast() {
            slot = reused
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot(flight: nil, generation: 0, waiters: []))
        }
        if shared {
            let before = attached.updateValue(slot, forKey: key)
            precondition(before == nil, "two flights for one key")
        }
        slots[Int(slot)].flight = Flight(key: key, context: context, isAttached: shared)
        slots[Int(slot)].waiters.append(waiter)
        return FlightID(shard: shard, slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Traps when the flight was completed before.
    mutating func setContext(_ context: Context, of id: FlightID) {
        precondition(slots[Int(id.slot)].generation == id.generation, "the flight is over")
        slots[Int(id.slot)].flight?.context = context
    }

    /// Nobody joins the flight of `key` from now on, and what it finds is not kept.
    mutating func detach(_ key: Key) {
        guard !attached.isEmpty, let slot = attached.removeValue(forKey: key) else { return }
        slots[Int(slot)].flight?.isAttached = false
    }

    mutating func detachAll() {
        for slot in attached.values { slots[Int(slot)].flight?.isAttached = false }
        attached.removeAll(keepingCapacity: true)
    }

    /// Ends a flight: its waiters are appended to `waiters`. Traps when it was completed before.
    mutating func complete(_ id: FlightID, waiters: inout [Waiter]) -> Flight {
        let slot = Int(id.slot)
        guard slots[slot].generation == id.generation, let flight = slots[slot].flight else {
            preconditionFailure("a flight was completed twice")
        }
        if flight.isAttached { attached.removeValue(forKey: flight.key) }
        waiters.append(contentsOf: slots[slot].waiters)
        slots[slot].flight = nil
        slots[slot].generation &+= 1
        slots[slot].waiters.removeAll(keepingCapacity: slots[slot].waiters.capacity <= Self.keptWaiters)
        vacant.append(id.slot)
        return flight
    }
}
