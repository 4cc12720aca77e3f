import Orders
import Reactor

/// The entries of one shard: a slab of fixed-size slots, and chains by hash through them.
///
/// Chains rather than open addressing: a removal touches one chain and leaves no tombstones, and slots stay put, so
/// that the age list can name them. Slots are numbers; they hold until the entry is removed or the table is rebuilt.
struct EntryTable: ~Copyable, @unchecked Sendable {
    // @unchecked: the blocks of the entries belong to this value alone, and it has one owner.

    /// No slot.
    static let none = UInt32.max
    static let minimumCapacity = 64

    var entries: [CacheEntry] = []
    private var buckets: [UInt32]
    private var freeHead = EntryTable.none
    private(set) var count = 0
    let hash: CacheHash

    init(hash: CacheHash, capacity: Int = EntryTable.minimumCapacity) {
        self.hash = hash
        var size = Self.minimumCapacity
        while size < capacity { size *= 2 }
        buckets = Array(repeating: Self.none, count: size)
        entries.reserveCapacity(size)
    }

    deinit {
        for index in entries.indices {
            var entry = entries[index]
            entry.freeBlock()
        }
    }

    /// How many entries fit before the index grows; the slab follows it.
    var capacity: Int { buckets.count }

    func find(_ id: UUID) -> Int? {
        var slot = buckets[bucket(id)]
        while slot != Self.none {
            let index = Int(slot)
            if entries[index].id == id { return index }
            slot = entries[index].next
        }
        return nil
    }

    /// A vacant entry for an id that has none.
    mutating func insert(_ id: UUID) -> Int {
        if count == buckets.count { growIndex() }
        let index: Int
        if freeHead != Self.none {
            index = Int(freeHead)
            freeHead = entries[index].next
            entries[index] = CacheEntry(id: id)
        } else {
            index = entries.count
            entries.append(CacheEntry(id: id))
        }
        chain(index)
        count += 1
        return index
    }

    mutating func remove(_ index: Int) {
        let bucket = bucket(entries[index].id)
        let next = entries[index].next
        var slot = buckets[bucket]
        if Int(slot) == index {
            buckets[bucket] = next
        } else {
            while Int(entries[Int(slot)].next) != index { slot = entries[Int(slot)].next }
            entries[Int(slot)].next = next
        }
        entries[index].freeBlock()
        entries[index] = CacheEntry(id: UUID(high: 0, low: 0))
        entries[index].next = freeHead
        freeHead = UInt32(index)
        count -= 1
    }

    /// Takes over an entry, block and all, from a table that is about to ``abandon()`` its own.
    mutating func adopt(_ entry: CacheEntry) -> Int {
        let index = insert(entry.id)
        let next = entries[index].next
        entries[index] = entry
        entries[index].next = next
        entries[index].older = Self.none
        entries[index].newer = Self.none
        return index
    }

    /// Forgets the entries without freeing their blocks, which another table adopted.
    mutating func abandon() {
        entries = []
    }

    private func bucket(_ id: UUID) -> Int {
        // The shard was chosen by the high bits, so the low ones are still free.
        Int(truncatingIfNeeded: hash(id)) & (buckets.count - 1)
    }

    private mutating func chain(_ index: Int) {
        let bucket = bucket(entries[index].id)
        entries[index].next = buckets[bucket]
        buckets[bucket] = UInt32(index)
    }

    private mutating func growIndex() {
        // Called when every slot is taken, so all entries are to be chained and none is free.
        buckets = Array(repeating: Self.none, count: buckets.count * 2)
        for index in entries.indices { chain(index) }
    }
}
