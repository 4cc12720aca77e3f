import Reactor
import Synchronization
import Testing

@testable import Cache
@testable import Orders
@testable import Store

@Suite("MemoryCache: 9 threads")
struct MemoryCacheConcurrencyTests {
    @Test("No reader is ever shown less than was acknowledged before it asked, and every waiter is answered once")
    func hammering() {
        let world = World(orders: 48, writes: 40_000)
        let workers = (0..<2).map { number in Thread(name: "worker") { world.work(number) } }
        let readers = (0..<4).map { number in Thread(name: "reader") { world.read(seed: UInt64(number)) } }
        let clock = Thread(name: "clock") { world.passTime() }
        world.createOrders()
        let committers = (0..<2).map { number in Thread(name: "committer") { world.commit(number) } }
        for thread in committers { thread.join() }
        world.close()
        for thread in workers + readers + [clock] { thread.join() }

        #expect(world.olderThanAsked.load(ordering: .relaxed) == 0)
        #expect(world.waiting.load(ordering: .relaxed) == 0)
        #expect(world.flown.load(ordering: .relaxed) > 0)
        #expect(world.hits.load(ordering: .relaxed) > 0)
        #expect(world.cache.pendingCount == 0)
        #expect(world.cache.pendingBytes == 0)
        world.cache.sweep(now: .never, budget: 100_000)
        #expect(world.cache.statistics() == CacheStatistics())
    }
}

/// Two committers, two workers, four readers and a clock over a few orders whose status is the number of its version.
/// The committers pass each other between taking a number and announcing it, so older writes are announced behind newer
/// ones; workers tell of each write twice.
private final class World: Sendable {
    private final class Row: Sendable {
        /// The newest write that was acknowledged.
        let acknowledged = Atomic<Int>(0)
        /// The status in the database.
        let status = Atomic<Int>(0)
    }

    private struct Job: Sendable {
        var row: Int
        var status: Int
    }

    private struct Queue: Sendable {
        var jobs: [Job] = []
        var isClosed = false
    }

    let cache = MemoryCache(
        limits: CacheLimits(temporaryTTLSeconds: 1, detailTTLSeconds: 1, maxBytes: 32 * 400), randomSeed: 1)
    let olderThanAsked = Atomic<Int>(0)
    let waiting = Atomic<Int>(0)
    let flown = Atomic<Int>(0)
    let hits = Atomic<Int>(0)
    private let rows: [Row]
    private let writes: Int
    private let queues = [Monitor(Queue()), Monitor(Queue())]
    private let lastNumber = Atomic<Int>(0)
    private let milliseconds = Atomic<Int>(1)
    private let isDone = Atomic<Bool>(false)

    init(orders: Int, writes: Int) {
        rows = (0..<orders).map { _ in Row() }
        self.writes = writes
    }

    private var now: Deadline {
        Deadline(nanoseconds: 1).advanced(byMilliseconds: milliseconds.load(ordering: .relaxed))
    }

    private func order(_ status: Int, into buffer: inout ByteBuffer) -> ByteRange {
        buffer.append("{\"status\":")
        let start = buffer.count
        buffer.append(byte: UInt8(ascii: "\""))
        buffer.append(decimal: UInt64(status))
        buffer.append(byte: UInt8(ascii: "\""))
        let range = ByteRange(start: start, count: buffer.count - start)
        buffer.append(",\"items\":[]}")
        return range
    }

    /// The number inside a JSON string.
    private func number(_ json: UnsafeRawBufferPointer) -> Int {
        json.dropFirst().dropLast().reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// The database has half of the orders; the others are new.
    func createOrders() {
        var buffer = ByteBuffer()
        for row in rows.indices where row % 4 < 2 {
            buffer.removeAll()
            let status = order(0, into: &buffer)
            cache.committed(create: orderID(row), order: buffer.bytes, status: status, now: now)
            queue(Job(row: row, status: 0))
        }
    }

    func commit(_ number: Int) {
        var random = SplitMix(state: 99 + UInt64(number))
        var buffer = ByteBuffer()
        var read = ByteBuffer()
        for _ in 1...writes / 2 {
            let row = Int.random(in: 0..<rows.count, using: &random)
            let id = orderID(row)
            buffer.removeAll()
            read.removeAll()
            var base: OrderBase?
            if case .hit(let found) = cache.lookup(id, now: now, into: &read) {
                base = OrderBase(order: read.bytes, status: found.status)
            }
            let write = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
            let newStatus = order(write, into: &buffer).of(buffer.bytes)
            cache.committed(statusUpdate: id, version(write), newStatus: newStatus, base: base, now: now)
            queue(Job(row: row, status: write))
            rows[row].acknowledged.max(write, ordering: .acquiringAndReleasing)
        }
    }

    func close() {
        for queue in queues {
            queue.withLock { $0.isClosed = true }
            queue.signal()
        }
    }

    private func queue(_ job: Job) {
        queues[job.row % 2].withLock { $0.jobs.append(job) }
        queues[job.row % 2].signal()
    }

    func work(_ number: Int) {
        var jobs: [Job] = []
        while true {
            let isOpen = queues[number].wait { queue -> Bool? in
                if queue.jobs.isEmpty { return queue.isClosed ? false : nil }
                swap(&jobs, &queue.jobs)
                return true
            }
            guard isOpen == true else { break }
            let ended = jobs.map { apply($0) }
            for write in ended { cache.settled(write, now: now) }
            for write in ended.reversed() { cache.settled(write, now: now) }
            jobs.removeAll()
        }
        if number == 0 { isDone.store(true, ordering: .releasing) }
    }

    /// Only this row's worker changes its status.
    private func apply(_ job: Job) -> SettledWrite {
        let current = rows[job.row].status.load(ordering: .relaxed)
        if current < job.status { rows[job.row].status.store(job.status, ordering: .releasing) }
        return SettledWrite(
            orderID: orderID(job.row), version: version(max(current, job.status)), isShown: current <= job.status)
    }

    func passTime() {
        while !isDone.load(ordering: .acquiring) {
            milliseconds.wrappingAdd(1, ordering: .relaxed)
            cache.sweep(now: now, budget: 64)
        }
    }

    func read(seed: UInt64) {
        var random = SplitMix(state: seed)
        var buffer = ByteBuffer()
        var waiters: [Waiter] = []
        while !isDone.load(ordering: .acquiring) {
            let row = Int.random(in: 0..<rows.count, using: &random)
            buffer.removeAll()
            let asked = rows[row].acknowledged.load(ordering: .acquiring)
            switch cache.lookup(orderID(row), now: now, into: &buffer) {
            case .hit(let found): check(found.status.of(buffer.bytes), found.version, asked)
            // Shown to nobody: the database may have a newer one.
            case .overlay: break
            case .miss: break
            }
            buffer.removeAll()
            // The ticket says what the waiter must at least be shown.
            let waiter = Waiter(loop: 0, ticket: UInt64(rows[row].acknowledged.load(ordering: .acquiring)))
            switch cache.join(orderID(row), waiter, now: now, into: &buffer) {
            case .hit(let found): check(found.status.of(buffer.bytes), found.version, Int(waiter.ticket))
            case .joined: waiting.wrappingAdd(1, ordering: .relaxed)
            case .start(let flight):
                waiting.wrappingAdd(1, ordering: .relaxed)
                flown.wrappingAdd(1, ordering: .relaxed)
                fly(flight, row, &waiters)
            }
        }
    }

    private func fly(_ flight: FlightID, _ row: Int, _ waiters: inout [Waiter]) {
        var query = ByteBuffer()
        var answer = ByteBuffer()
        waiters.removeAll(keepingCapacity: true)
        let number = rows[row].status.load(ordering: .acquiring)
        let status = order(number, into: &query)
        let told = cache.complete(
            flight, .found(order: query.bytes, status: status, version: version(number)), now: now, waiters: &waiters,
            answer: &answer)
        waiting.wrappingSubtract(waiters.count, ordering: .relaxed)
        guard case .found(let found) = told else {
            olderThanAsked.wrappingAdd(1, ordering: .relaxed)
            return
        }
        for waiter in waiters { check(found.status.of(answer.bytes), found.version, Int(waiter.ticket)) }
    }

    private func check(_ status: UnsafeRawBufferPointer, _ found: OrderVersion, _ asked: Int) {
        if number(status) < asked || found != version(number(status)) {
            olderThanAsked.wrappingAdd(1, ordering: .relaxed)
        } else {
            hits.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
