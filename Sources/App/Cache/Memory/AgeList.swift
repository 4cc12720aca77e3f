/// The entries that may be dropped, in the order in which they became so: a doubly linked list through the slots.
struct AgeList: Sendable {
    private(set) var count = 0
    private(set) var oldest = EntryTable.none
    private var newest = EntryTable.none
    /// Where the sweep goes on; always an entry of the list, or none.
    private var clockHand = EntryTable.none

    mutating func append(_ slot: Int, in table: inout EntryTable) {
        table.entries[slot].older = newest
        table.entries[slot].newer = EntryTable.none
        if newest == EntryTable.none {
            oldest = UInt32(slot)
        } else {
            table.entries[Int(newest)].newer = UInt32(slot)
        }
        newest = UInt32(slot)
        count += 1
    }

    mutating func remove(_ slot: Int, in table: inout EntryTable) {
        let older = table.entries[slot].older
        let newer = table.entries[slot].newer
        if older == EntryTable.none {
            oldest = newer
        } else {
            table.entries[Int(older)].newer = newer
        }
        if newer == EntryTable.none {
            newest = older
        } else {
            table.entries[Int(newer)].older = older
        }
        if Int(clockHand) == slot { clockHand = newer }
        count -= 1
    }

    /// The next slot for the sweep to look at: once around the list in as many steps as it has entries.
    mutating func advanceClockHand(in table: borrowing EntryTable) -> Int? {
        if clockHand == EntryTable.none { clockHand = oldest }
        guard clockHand != EntryTable.none else { return nil }
        let slot = Int(clockHand)
        clockHand = table.entries[slot].newer
        return slot
    }
}
