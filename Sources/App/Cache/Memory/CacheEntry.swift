import Glibc
import Orders
import Reactor

/// What the cache knows of one order: 72 bytes, and one block of memory for the order's JSON.
///
/// A plain value that doesn't free its block: the ``EntryTable`` that holds it does. While a write is pending it is in
/// no list and never dropped; afterwards it is in the shard's ``AgeList`` until it expires, is evicted or written
/// again.
struct CacheEntry {
    enum Content: UInt8 {
        case vacant
        /// The whole order.
        case order
        /// Only the status that a pending write gave to an order which the cache has not seen.
        case statusOnly
    }

    var id: UUID
    /// Of the state that the entry shows.
    var version = OrderVersion.none
    /// Only while nothing is pending.
    var expiry = Deadline.never
    private var block: UnsafeMutableRawPointer?
    private var count: UInt32 = 0
    /// The JSON string of the status, quotes included, inside ``bytes``.
    private(set) var status = ByteRange.empty
    /// Neighbours in the ``AgeList``.
    var older = EntryTable.none
    var newer = EntryTable.none
    /// The next entry of the same bucket, or of the free list.
    var next = EntryTable.none
    private(set) var content = Content.vacant
    /// The write that made this state is committed and not yet applied.
    var isPending = false
    /// That write is a delete.
    var isDeleting = false

    init(id: UUID) { self.id = id }

    /// The order's JSON, or the status alone; valid until the entry changes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: block, count: Int(count)) }

    /// Memory of the entry: its slot, its bucket, and what glibc's malloc takes for the block (8 bytes of header, in
    /// steps of 16, at least 32).
    var footprintBytes: Int {
        MemoryLayout<CacheEntry>.stride + MemoryLayout<UInt32>.stride + (max(24, Int(count)) + 23) & ~15
    }

    /// Takes a copy of `order`, in which `newStatus` stands for the status.
    mutating func store(
        order: UnsafeRawBufferPointer, status old: ByteRange, newStatus: UnsafeRawBufferPointer
    ) {
        replace(order, old, by: newStatus)
        content = .order
    }

    /// Remembers nothing but a status.
    mutating func store(statusOnly newStatus: UnsafeRawBufferPointer) {
        replace(newStatus, ByteRange(start: 0, count: newStatus.count), by: newStatus)
        content = .statusOnly
    }

    /// Forgets all but the status.
    mutating func forgetOrder() {
        guard content == .order else { return }
        store(statusOnly: status.of(bytes))
    }

    /// Gives the content another status.
    mutating func splice(_ newStatus: UnsafeRawBufferPointer) {
        guard newStatus.count == Int(status.count), let block, let from = newStatus.baseAddress else {
            return replace(bytes, status, by: newStatus)
        }
        // `status` lies inside the block (replace() saw to that), and the new one is as long.
        memmove(block + Int(status.start), from, newStatus.count)
    }

    mutating func freeBlock() {
        free(block)
        block = nil
        count = 0
    }

    /// `source` may be the present block: it is freed last.
    private mutating func replace(
        _ source: UnsafeRawBufferPointer, _ old: ByteRange, by newStatus: UnsafeRawBufferPointer
    ) {
        precondition(old.end <= source.count)
        let total = source.count - Int(old.count) + newStatus.count
        guard let fresh = malloc(max(1, total)) else { fatalError("out of memory") }
        let room = UnsafeMutableRawBufferPointer(start: fresh, count: total)
        let start = Int(old.start)
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<start]))
        UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: newStatus)
        UnsafeMutableRawBufferPointer(rebasing: room[(start + newStatus.count)...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[old.end...]))
        free(block)
        block = fresh
        count = UInt32(total)
        status = ByteRange(start: start, count: newStatus.count)
    }
}
