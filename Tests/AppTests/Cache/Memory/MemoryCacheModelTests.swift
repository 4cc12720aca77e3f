import Reactor
import Testing

@testable import Cache
@testable import Orders
@testable import Store

@Suite("MemoryCache: random sequences")
struct MemoryCacheModelTests {
    @Test("Thousands of random sequences: the cache does what plain dictionaries do, and no answer is older than asked")
    func sequences() {
        for seed in UInt64(1)...3000 {
            var run = RandomRun(seed: seed)
            for step in 0..<150 {
                run.step()
                guard let failure = run.failure else { continue }
                Issue.record("seed \(seed), step \(step): \(failure)\n\(run.log.suffix(60).joined(separator: "\n"))")
                return
            }
        }
    }
}

/// One random sequence: the same steps for the cache, the model and, when nothing is rejected at random, the history.
private struct RandomRun {
    private struct Asked {
        var id: UUID
        var moment: OrderHistory.Moment
    }

    private struct Held {
        var id: UUID
        var base: HeldBase
        var model: CacheModel.Base
    }

    private(set) var failure: String?
    private(set) var log: [String] = []
    private var random: SplitMix
    private var harness: CacheHarness
    private var model: CacheModel
    private var ids: [UUID] = []
    private var histories: [UUID: OrderHistory] = [:]
    private var asked: [UInt64: Asked] = [:]
    /// What the query of a flight saw, once it was made.
    private var queried: [FlightID: (name: String, status: String)?] = [:]
    private var held: [Held] = []
    private var lastTicket: UInt64 = 0
    private var nextStatus = 0
    /// Whether the truth can be told: not when writes are lost at random.
    private let isTruthful: Bool

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        isTruthful = seed % 4 != 0
        let bytes = [0, 400, 1000, 1 << 20][Int(seed / 4 % 4)]
        harness = CacheHarness(
            CacheLimits(
                temporaryTTLSeconds: CacheModel.temporarySeconds, detailTTLSeconds: CacheModel.detailSeconds,
                maxBytes: bytes * MemoryCache.Shards.count))
        let cache = harness.cache
        model = CacheModel(maxBytesOfShard: bytes) { cache.shard(of: $0) }
        // Few ids in two shards, so that they meet in chains and make room for each other.
        ids = Array((0...).lazy.map { orderID($0) }.filter { cache.shard(of: $0) < 2 }.prefix(seed % 3 == 0 ? 3 : 9))
        for id in ids {
            let isOld = Bool.random(using: &random)
            histories[id] = OrderHistory(row: isOld ? (name: "old", status: "s0") : nil)
        }
    }

    mutating func step() {
        let id = ids.randomElement(using: &random)!
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10: create(id)
        case 10..<25: update(id)
        case 25..<30: delete(id)
        case 30..<50: apply(id)
        case 50..<60: lookup(id)
        case 60..<75: join(id)
        case 75..<82: query()
        case 82..<94: complete()
        case 94..<97:
            // Multiples of 4 never fall between the earliest and the latest expiry that jitter allows.
            harness.seconds += [4, 4, 8, 12, 20].randomElement(using: &random)!
            note("the time is \(harness.seconds)")
        case 97..<99:
            harness.cache.sweep(now: harness.now, budget: 10_000)
            model.sweep(harness.seconds)
            note("sweep")
        default:
            forgetApplied()
        }
        compareAccounts()
    }

    private mutating func create(_ id: UUID) {
        // In truth an id is created once, before anything else is written to it.
        if isTruthful, histories[id]!.row != nil || !histories[id]!.writes.isEmpty { return }
        let order = (name: String(repeating: "n", count: .random(in: 0..<90, using: &random)), status: status())
        note("create \(id.low & 0xff) \(order.status)")
        histories[id]!.commit(.create(name: order.name, status: order.status))
        harness.create(id, SampleOrder(name: order.name, status: order.status))
        model.create(id, order.name, order.status, harness.seconds)
    }

    private mutating func update(_ id: UUID) {
        let status = status()
        let base = takeBase(id)
        note("update \(id.low & 0xff) to \(status) base \(base != nil)")
        histories[id]!.commit(.update(status: status))
        harness.update(id, to: status, base: base?.base)
        model.update(id, status, base?.model, harness.seconds)
    }

    private mutating func delete(_ id: UUID) {
        let base = takeBase(id)
        note("delete \(id.low & 0xff) base \(base != nil)")
        histories[id]!.commit(.delete)
        harness.delete(id, base: base?.base)
        model.delete(id, base?.model, harness.seconds)
    }

    private mutating func apply(_ id: UUID) {
        // Now and then one that nobody announced, which changes nothing here.
        guard histories[id]!.hasPending || Int.random(in: 0..<20, using: &random) == 0 else { return }
        var outcome = histories[id]!.hasPending ? histories[id]!.apply() : .applied
        if !isTruthful, Bool.random(using: &random) { outcome = Bool.random(using: &random) ? .rejected : .missing }
        note("applied \(id.low & 0xff) \(outcome)")
        harness.applied(id, outcome)
        model.applied(id, outcome, harness.seconds)
    }

    private mutating func lookup(_ id: UUID) {
        let found = harness.readWithBase(id)
        note("lookup \(id.low & 0xff): \(found.shown)")
        let entry = model.live(id, harness.seconds)
        expect(found.shown, shown(entry))
        if let entry, entry.name != nil { checkTruth(id, found.shown, since: histories[id]!.moment) }
        keep(id, found.base, stamp: model.stamp(id))
    }

    private mutating func join(_ id: UUID) {
        lastTicket += 1
        let ticket = lastTicket
        asked[ticket] = Asked(id: id, moment: histories[id]!.moment)
        let result = harness.join(id, ticket: ticket)
        note("join \(id.low & 0xff): \(result)")
        let entry = model.live(id, harness.seconds)
        if entry?.name != nil {
            expect(result, shown(entry))
            checkTruth(id, result, since: asked[ticket]!.moment)
        } else if let flight = model.attached(id) {
            expect(result, .joined)
            model.flights[flight]!.tickets.append(ticket)
        } else if case .started(let flight) = result {
            model.flights[flight] = CacheModel.Flight(
                id: id, overlay: entry, stamp: model.stamp(id), tickets: [ticket])
        } else {
            failure = "expected a flight to start, but \(result)"
        }
    }

    private func someFlight(_ generator: inout SplitMix) -> FlightID? {
        model.flights.keys.sorted { $0.slot < $1.slot || $0.slot == $1.slot && $0.shard < $1.shard }
            .randomElement(using: &generator)
    }

    /// The reader's query runs: from here on its answer is fixed, whatever happens before it is handed in.
    private mutating func query() {
        guard let flight = someFlight(&random), queried[flight] == nil else { return }
        queried[flight] = .some(histories[model.flights[flight]!.id]!.row)
    }

    private mutating func complete() {
        guard let id = someFlight(&random) else { return }
        let flight = model.flights[id]!
        let row = queried.removeValue(forKey: id) ?? histories[flight.id]!.row
        let sample = row.map { SampleOrder(name: $0.name, status: $0.status) }
        let found = harness.completeWithBase(id, sample)
        note("complete \(flight.id.low & 0xff): \(found.shown)")
        let entry = model.complete(flight, row, harness.seconds)
        model.flights[id] = nil
        expect(found.shown, entry == nil ? .notFound : shown(entry))
        if harness.waiters.map(\.ticket) != flight.tickets { failure = "other waiters: \(harness.waiters)" }
        for ticket in flight.tickets { checkTruth(flight.id, found.shown, since: asked[ticket]!.moment) }
        keep(flight.id, found.base, stamp: flight.stamp)
    }

    private mutating func forgetApplied() {
        note("forgetApplied")
        harness.cache.forgetApplied()
        model.forgetApplied()
    }

    private mutating func status() -> String {
        nextStatus += 1
        return "s\(nextStatus)" + String(repeating: "x", count: .random(in: 0..<4, using: &random))
    }

    private mutating func keep(_ id: UUID, _ base: HeldBase?, stamp: Int) {
        guard let base, Bool.random(using: &random) else { return }
        let name = base.text.split(separator: "\"", omittingEmptySubsequences: false)[3]
        held.append(Held(id: id, base: base, model: CacheModel.Base(name: String(name), stamp: stamp)))
    }

    /// A base read at some earlier time, as a slow request would come with.
    private mutating func takeBase(_ id: UUID) -> Held? {
        guard Int.random(in: 0..<3, using: &random) > 0 else { return nil }
        guard let index = held.firstIndex(where: { $0.id == id }) else { return nil }
        return held.remove(at: index)
    }

    private func shown(_ entry: CacheModel.Entry?) -> Shown {
        guard let entry else { return .nothing }
        guard let name = entry.name else {
            return entry.isDeleting ? .deletingOverlay : .overlay("\"\(entry.status)\"")
        }
        let text = SampleOrder(name: name, status: entry.status).text
        return entry.isDeleting ? .deletingOrder(text) : .order(text)
    }

    private mutating func checkTruth(_ id: UUID, _ shown: Shown, since moment: OrderHistory.Moment) {
        if isTruthful, !histories[id]!.allows(shown, since: moment) {
            failure = "\(shown) is older than what was committed when it was asked for, \(moment)"
        }
    }

    private mutating func expect(_ shown: Shown, _ expected: Shown) {
        if shown != expected { failure = "\(shown), but the model has \(expected)" }
    }

    private mutating func compareAccounts() {
        let statistics = harness.cache.statistics()
        let has = [
            harness.cache.pendingCount, harness.cache.pendingBytes, statistics.evictableBytes, statistics.entries,
            statistics.flights,
        ]
        let expected = [
            model.pendingCount, model.pendingBytes, model.evictableBytes, model.entries.count, model.flights.count,
        ]
        if has != expected { failure = "the accounts are \(has), the model's \(expected)" }
    }

    private mutating func note(_ what: String) { log.append(what) }
}
