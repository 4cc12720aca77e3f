import Reactor

@testable import Cache
@testable import Orders

/// What the cache must show, by plain dictionaries and arrays: no slots, no chains, no bytes. States are numbered as in
/// ``OrderHistory``.
struct CacheModel {
    struct Entry {
        /// nil: only the status is known.
        var name: String?
        var status: String
        var number: Int
        var isPending = true
        var isDeleting = false
        var expirySeconds = Int.max
    }

    struct Flight {
        var id: UUID
        var isAttached = true
        var overlay: Entry?
        var tickets: [UInt64]
    }

    let maxBytesOfShard: Int
    let temporarySeconds: Int
    let detailSeconds: Int
    let shard: (UUID) -> Int
    let creation: (UUID) -> Int
    var entries: [UUID: Entry] = [:]
    var flights: [FlightID: Flight] = [:]
    /// By shard, oldest first.
    private var ages: [Int: [UUID]] = [:]
    /// By shard, the newest state that is not kept.
    private var forgotten: [Int: Int] = [:]
    private var reset = -1
    private var changes: [UUID] = []

    init(
        maxBytesOfShard: Int, temporarySeconds: Int, detailSeconds: Int, shard: @escaping (UUID) -> Int,
        creation: @escaping (UUID) -> Int
    ) {
        self.maxBytesOfShard = maxBytesOfShard
        self.temporarySeconds = temporarySeconds
        self.detailSeconds = detailSeconds
        self.shard = shard
        self.creation = creation
    }

    var pendingCount: Int { entries.values.count { $0.isPending } }
    var pendingBytes: Int { entries.values.reduce(0) { $0 + ($1.isPending ? Self.bytes($1) : 0) } }
    var evictableBytes: Int { entries.values.reduce(0) { $0 + ($1.isPending ? 0 : Self.bytes($1)) } }

    static func bytes(_ entry: Entry) -> Int {
        let count = entry.name.map { SampleOrder(name: $0, status: entry.status).text.utf8.count }
        let block = 8 + (count ?? entry.status.utf8.count + 2)
        return 72 + 4 + max(32, (block + 15) / 16 * 16)
    }

    func attached(_ id: UUID) -> FlightID? { flights.first { $0.value.id == id && $0.value.isAttached }?.key }

    mutating func live(_ id: UUID, _ seconds: Int) -> Entry? {
        guard let entry = entries[id] else { return nil }
        if entry.isPending || entry.expirySeconds > seconds { return entry }
        drop(id)
        return nil
    }

    mutating func create(_ id: UUID, _ name: String, _ status: String, _ seconds: Int) {
        if write(id, creation(id), seconds, { _ in Entry(name: name, status: status, number: 0) }) { return }
        guard var entry = live(id, seconds), entry.name == nil else { return }
        detach(id)
        entry.name = name
        entries[id] = entry
    }

    /// - Parameter base: the name of the order that the writer had read.
    mutating func change(_ id: UUID, _ number: Int, _ write: OrderHistory.Write, _ base: String?, _ seconds: Int) {
        var status = "deleting"
        if case .update(let text) = write { status = text }
        // What has expired is forgotten first.
        _ = live(id, seconds)
        let isNewest = number > forgotten[shard(id), default: -1] && (reset < 0 || creation(id) > reset)
        _ = self.write(id, number, seconds) { old in
            let name = old == nil ? (isNewest ? base : nil) : old?.name
            return Entry(name: name, status: status, number: number, isDeleting: write == .delete)
        }
    }

    mutating func settled(_ id: UUID, _ write: OrderHistory.Settled, _ seconds: Int) {
        guard let entry = live(id, seconds) else { return leave(id, write.number) }
        guard entry.number <= write.number else { return }
        let isTrue = entry.number == write.number && write.isShown && entry.name != nil && !entry.isDeleting
        if isTrue && !entry.isPending { return }
        if isTrue && temporarySeconds > 0 {
            entries[id]!.isPending = false
            makeEvictable(id, seconds + temporarySeconds)
        } else {
            drop(id)
            leave(id, write.number)
        }
    }

    /// What those who wait are told; nil when the order is missing.
    mutating func complete(_ flight: Flight, _ row: OrderHistory.Row, _ seconds: Int) -> Entry? {
        let id = flight.id
        switch row {
        case .missing(let since):
            if since >= 0 { settled(id, OrderHistory.Settled(number: since, isShown: false), seconds) }
            return nil
        case .found(let name, let status, let number):
            var entry = Entry(name: name, status: status, number: number, isPending: false)
            if let overlay = flight.overlay, overlay.number > number {
                entry = overlay
                entry.name = name
            }
            if live(id, seconds) != nil { settled(id, OrderHistory.Settled(number: number, isShown: true), seconds) }
            if flight.isAttached && live(id, seconds) != nil {
                entries[id]!.name = name
            } else if flight.isAttached && detailSeconds > 0 {
                entries[id] = Entry(name: name, status: status, number: number, isPending: false)
                makeEvictable(id, seconds + detailSeconds)
            } else {
                forget(id, number)
            }
            return entry
        }
    }

    mutating func sweep(_ seconds: Int) {
        for (id, entry) in entries where !entry.isPending && entry.expirySeconds <= seconds { drop(id) }
    }

    mutating func forgetOrders(upTo number: Int) {
        reset = max(reset, number)
        for (id, entry) in entries where !entry.isPending { drop(id) }
        for id in entries.keys where creation(id) <= number {
            if creation(id) < 0 { entries[id]!.name = nil } else { entries[id] = nil }
        }
        for key in flights.keys { flights[key]?.isAttached = false }
    }

    mutating func begin(_ id: UUID, above number: Int?, _ seconds: Int) -> Bool {
        if let number {
            if changes.contains(id) { return false }
            if let entry = live(id, seconds), entry.number != number { return false }
        }
        changes.append(id)
        return true
    }

    mutating func end(_ id: UUID) {
        if let index = changes.firstIndex(of: id) { changes.remove(at: index) }
    }

    /// False when a state that is as new is shown, or the order is gone with all others.
    private mutating func write(_ id: UUID, _ number: Int, _ seconds: Int, _ change: (Entry?) -> Entry) -> Bool {
        if creation(id) >= 0 && creation(id) <= reset { return false }
        let old = live(id, seconds)
        if let old, old.number >= number { return false }
        detach(id)
        ages[shard(id), default: []].removeAll { $0 == id }
        var new = change(old)
        new.number = number
        entries[id] = new
        return true
    }

    private mutating func makeEvictable(_ id: UUID, _ expirySeconds: Int) {
        entries[id]?.expirySeconds = expirySeconds
        ages[shard(id), default: []].append(id)
        let pending = entries.reduce(0) { sum, entry in
            shard(entry.key) == shard(id) && entry.value.isPending ? sum + Self.bytes(entry.value) : sum
        }
        let room = max(maxBytesOfShard - pending, maxBytesOfShard / 4)
        let enough = max(room, held(shard(id)) - 2 * Self.bytes(entries[id]!))
        while held(shard(id)) > enough, let oldest = ages[shard(id)]?.first { drop(oldest) }
    }

    private func held(_ shard: Int) -> Int { ages[shard, default: []].reduce(0) { $0 + Self.bytes(entries[$1]!) } }

    private mutating func drop(_ id: UUID) {
        if let entry = entries.removeValue(forKey: id) { forget(id, entry.number) }
        ages[shard(id), default: []].removeAll { $0 == id }
    }

    private mutating func leave(_ id: UUID, _ number: Int) {
        forget(id, number)
        detach(id)
    }

    private mutating func forget(_ id: UUID, _ number: Int) {
        forgotten[shard(id)] = max(forgotten[shard(id), default: -1], number)
    }

    private mutating func detach(_ id: UUID) {
        if let flight = attached(id) { flights[flight]?.isAttached = false }
    }
}
