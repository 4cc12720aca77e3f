import Reactor

@testable import Cache
@testable import Orders
@testable import Store

/// What the cache must show, by plain dictionaries and arrays: no slots, no chains, no bytes.
struct CacheModel {
    struct Entry {
        /// nil: only the status is known.
        var name: String?
        var status: String
        var pending = 0
        var isDeleting = false
        var isDoubtful = false
        var isNew = false
        var expirySeconds = Int.max
    }

    struct Flight {
        var id: UUID
        var isAttached = true
        var overlay: Entry?
        var stamp: Int
        var tickets: [UInt64]
    }

    struct Base {
        var name: String
        var stamp: Int
    }

    static let temporarySeconds = 20
    static let detailSeconds = 10

    let maxBytesOfShard: Int
    let shard: (UUID) -> Int
    var entries: [UUID: Entry] = [:]
    /// By shard, oldest first.
    var ages: [Int: [UUID]] = [:]
    var stamps: [Int: Int] = [:]
    var flights: [FlightID: Flight] = [:]

    var pendingCount: Int { entries.values.reduce(0) { $0 + $1.pending } }
    var pendingBytes: Int { entries.values.reduce(0) { $0 + ($1.pending > 0 ? Self.bytes($1) : 0) } }
    var evictableBytes: Int { entries.values.reduce(0) { $0 + ($1.pending == 0 ? Self.bytes($1) : 0) } }

    static func bytes(_ entry: Entry) -> Int {
        let count = entry.name.map { SampleOrder(name: $0, status: entry.status).text.utf8.count }
        let block = 8 + (count ?? entry.status.utf8.count + 2)
        return 64 + 4 + max(32, (block + 15) / 16 * 16)
    }

    func stamp(_ id: UUID) -> Int { stamps[shard(id), default: 0] }

    func attached(_ id: UUID) -> FlightID? { flights.first { $0.value.id == id && $0.value.isAttached }?.key }

    mutating func live(_ id: UUID, _ seconds: Int) -> Entry? {
        guard let entry = entries[id] else { return nil }
        if entry.pending > 0 || entry.expirySeconds > seconds { return entry }
        drop(id)
        return nil
    }

    mutating func create(_ id: UUID, _ name: String, _ status: String, _ seconds: Int) {
        write(id, seconds) { _ in Entry(name: name, status: status, isNew: true) }
    }

    mutating func update(_ id: UUID, _ status: String, _ base: Base?, _ seconds: Int) {
        let trusted = base?.stamp == stamp(id) ? base : nil
        write(id, seconds) { old in
            guard var entry = old else { return Entry(name: trusted?.name, status: status) }
            if !entry.isDeleting { entry.status = status }
            return entry
        }
    }

    mutating func delete(_ id: UUID, _ base: Base?, _ seconds: Int) {
        let trusted = base?.stamp == stamp(id) ? base : nil
        write(id, seconds) { old in
            var entry = old ?? Entry(name: trusted?.name, status: "deleting")
            entry.status = "deleting"
            entry.isDeleting = true
            return entry
        }
    }

    mutating func applied(_ id: UUID, _ outcome: WriteOutcome, _ seconds: Int) {
        guard var entry = live(id, seconds), entry.pending > 0 else {
            detach(id)
            stamps[shard(id), default: 0] += 1
            return drop(id)
        }
        entry.pending -= 1
        if outcome != .applied { entry.isDoubtful = true }
        entry.isNew = false
        entries[id] = entry
        guard entry.pending == 0 else { return }
        if entry.isDeleting || entry.isDoubtful { stamps[shard(id), default: 0] += 1 }
        if entry.isDeleting || entry.isDoubtful || entry.name == nil {
            detach(id)
            entries[id] = nil
        } else {
            makeEvictable(id, seconds + Self.temporarySeconds)
        }
    }

    mutating func complete(_ flight: Flight, _ found: (name: String, status: String)?, _ seconds: Int) -> Entry? {
        guard let found else { return nil }
        var entry = Entry(name: found.name, status: found.status)
        if let overlay = flight.overlay {
            entry = overlay
            entry.name = found.name
        }
        if flight.isAttached {
            if var waiting = live(flight.id, seconds) {
                waiting.name = found.name
                entries[flight.id] = waiting
            } else {
                entries[flight.id] = Entry(name: found.name, status: entry.status)
                makeEvictable(flight.id, seconds + Self.detailSeconds)
            }
        }
        return entry
    }

    mutating func sweep(_ seconds: Int) {
        for (id, entry) in entries where entry.pending == 0 && entry.expirySeconds <= seconds { drop(id) }
    }

    mutating func forgetApplied() {
        entries = entries.filter { $0.value.pending > 0 }
        for (id, entry) in entries where !entry.isNew { entries[id]?.name = nil }
        ages = [:]
        for shard in 0..<MemoryCache.Shards.count { stamps[shard, default: 0] += 1 }
        for key in flights.keys { flights[key]?.isAttached = false }
    }

    private mutating func write(_ id: UUID, _ seconds: Int, _ change: (Entry?) -> Entry) {
        detach(id)
        let old = live(id, seconds)
        ages[shard(id), default: []].removeAll { $0 == id }
        var new = change(old)
        new.pending = (old?.pending ?? 0) + 1
        new.isDoubtful = old?.isDoubtful ?? false
        entries[id] = new
    }

    private mutating func makeEvictable(_ id: UUID, _ expirySeconds: Int) {
        entries[id]?.expirySeconds = expirySeconds
        ages[shard(id), default: []].append(id)
        let pending = entries.reduce(0) { sum, entry in
            shard(entry.key) == shard(id) && entry.value.pending > 0 ? sum + Self.bytes(entry.value) : sum
        }
        let room = max(maxBytesOfShard - pending, maxBytesOfShard / 4)
        let enough = max(room, held(shard(id)) - 2 * Self.bytes(entries[id]!))
        while held(shard(id)) > enough, let oldest = ages[shard(id)]?.first { drop(oldest) }
    }

    private func held(_ shard: Int) -> Int { ages[shard, default: []].reduce(0) { $0 + Self.bytes(entries[$1]!) } }

    private mutating func drop(_ id: UUID) {
        entries[id] = nil
        ages[shard(id), default: []].removeAll { $0 == id }
    }

    private mutating func detach(_ id: UUID) {
        if let flight = attached(id) { flights[flight]?.isAttached = false }
    }
}
