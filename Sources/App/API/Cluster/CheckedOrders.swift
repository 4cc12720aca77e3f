import Orders
import Reactor

/// Orders that the database has said are pending indeed: they are not checked again for a while. Bounded, and nothing
/// but reads depends on it: what is forgotten here is asked once more. Pure.
struct CheckedOrders {
    static let capacity = 4_096
    static let milliseconds = 30_000

    private struct Entry {
        var version: OrderVersion
        var end: Deadline
    }

    private var entries: [UUID: Entry] = [:]

    mutating func insert(_ id: UUID, _ version: OrderVersion, now: Deadline) {
        if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
        entries[id] = Entry(version: version, end: now.advanced(byMilliseconds: Self.milliseconds))
    }

    func contains(_ id: UUID, _ version: OrderVersion, now: Deadline) -> Bool {
        guard !entries.isEmpty, let entry = entries[id] else { return false }
        return entry.version == version && now < entry.end
    }
}
