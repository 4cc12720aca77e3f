import Reactor

@testable import Cache
@testable import Orders

/// One random sequence: the same steps for the cache, the model and the history.
///
/// The commits, applications and settlements of an order's writes come in any order and several times, and a write may
/// be applied that was not announced. Only a creation is announced before anything of its order is applied, and not
/// again afterwards: nobody knows the id before.
struct RandomCacheRun {
    struct Job {
        var id: UUID
        var number: Int
        var write: OrderHistory.Write
        var base: HeldBase?
        var isAnnounced = false
        var isApplied = false
        var isRefused = false

        var isCreate: Bool { if case .create = write { true } else { false } }
    }

    struct Settlement {
        var job: Int
        var settled: OrderHistory.Settled
    }

    struct Asked {
        var id: UUID
        var moment: OrderHistory.Moment
    }

    var failure: String?
    var log: [String] = []
    var random: SplitMix
    var harness: CacheHarness
    var model: CacheModel
    var ids: [UUID] = []
    var histories: [UUID: OrderHistory] = [:]
    var jobs: [Job] = []
    var settlements: [Settlement] = []
    var asked: [UInt64: Asked] = [:]
    /// What the query of a flight saw, once it was made.
    var queried: [FlightID: OrderHistory.Row] = [:]
    var held: [(id: UUID, base: HeldBase)] = []
    var lastTicket: UInt64 = 0
    /// The clock that ids and versions are made from; an id tells the multiples of 65536.
    var lastNumber = 0
    var nextStatus = 0
    let mostIDs: Int

    static func creation(_ id: UUID) -> Int {
        let created = OrderVersion(ofCreation: id)
        return created == .none ? -1 : Int(created.number - version(0).number)
    }

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        let bytes = [0, 400, 1000, 1 << 20][Int(seed / 4 % 4)]
        let limits = CacheLimits(
            temporaryTTLSeconds: seed % 7 == 0 ? 0 : 20, detailTTLSeconds: seed % 5 == 0 ? 0 : 10,
            maxBytes: bytes * MemoryCache.Shards.count)
        harness = CacheHarness(limits)
        let cache = harness.cache
        model = CacheModel(
            maxBytesOfShard: bytes, temporarySeconds: limits.temporaryTTLSeconds,
            detailSeconds: limits.detailTTLSeconds, shard: { cache.shard(of: $0) }, creation: Self.creation)
        mostIDs = seed % 3 == 0 ? 3 : 9
        // One of them from the replaced service.
        for high in [orderID(0).high, orderID(0).high, 0x1111_0000_0000_4000] {
            let id = makeID(high: high)
            histories[id] = OrderHistory(creation: Self.creation(id), name: "old", status: "s0")
        }
    }

    /// Few ids in two shards, so that they meet in chains and make room for each other.
    mutating func makeID(high: UInt64) -> UUID {
        while true {
            let id = UUID(high: high, low: 0x8000_0000_0000_0000 | random.next() >> 2)
            if harness.cache.shard(of: id) < 2 {
                ids.append(id)
                return id
            }
        }
    }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<5: takeCreate()
        case 5..<15: takeChange()
        case 15..<30: commit(someJob())
        case 30..<42: apply(someJob())
        case 42..<55: settle()
        case 55..<61: lookup(someID())
        case 61..<73: join(someID())
        case 73..<79: query()
        case 79..<90: complete()
        case 90..<93: pass()
        case 93..<95: sweep()
        case 95..<97: begin(someID())
        case 97..<99: end(someID())
        default: if Int.random(in: 0..<3, using: &random) == 0 { reset() }
        }
        compareAccounts()
    }

    /// All that is under way comes to its end. Then nothing is pending, and the cache shows what the database does.
    mutating func finish() {
        for index in jobs.indices where !jobs[index].isAnnounced { commit(index) }
        for index in jobs.indices.shuffled(using: &random) {
            jobs[index].isRefused = false
            deliver(index)
        }
        // Whatever a worker took before it was acknowledged is delivered once more.
        for index in jobs.indices.shuffled(using: &random) { deliver(index) }
        while !settlements.isEmpty { settle() }
        for flight in model.flights.keys.sorted(by: Self.isBefore) { complete(flight) }
        compareAccounts()
        if failure == nil, harness.cache.pendingCount != 0 || harness.cache.pendingBytes != 0 {
            failure = "at the end there are \(model.entries.filter { $0.value.isPending })"
        }
        for id in ids where failure == nil { compareWithDatabase(id) }
    }

    // MARK: Choices

    mutating func someID() -> UUID { ids.randomElement(using: &random)! }

    /// A recent one rather than an old one.
    mutating func someJob() -> Int? {
        let from = Bool.random(using: &random) ? 0 : max(0, jobs.count - 5)
        return (from..<jobs.count).randomElement(using: &random)
    }

    static func isBefore(_ one: FlightID, _ other: FlightID) -> Bool {
        (one.shard, one.slot, one.generation) < (other.shard, other.slot, other.generation)
    }

    mutating func someFlight() -> FlightID? {
        model.flights.keys.sorted(by: Self.isBefore).randomElement(using: &random)
    }

    mutating func status() -> String {
        nextStatus += 1
        return "s\(nextStatus)" + String(repeating: "x", count: .random(in: 0..<4, using: &random))
    }

    mutating func note(_ what: String) { log.append(what) }
}
