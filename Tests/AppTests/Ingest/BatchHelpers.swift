import Glibc

@testable import API
@testable import App
@testable import Cache
@testable import Ingest
@testable import Metrics
@testable import Orders
@testable import Queue
@testable import Reactor

/// A token of a request that nobody waits for.
func testToken(_ number: Int) -> ResponseToken {
    ResponseToken(descriptor: 3, generation: 1, sequence: UInt32(number), traits: [])
}

extension WriteBatch {
    /// Adds a write of which only the line and its partition matter.
    func add(_ line: String, partition: Int) {
        let start = jobs.count
        jobs.append(string: line)
        writes.append(
            Write(
                kind: .deleteOrder, jobID: testID(1), orderID: testID(2), version: .none, partition: partition,
                line: ByteRange(start: start, count: jobs.count - start), token: testToken(writes.count)))
    }
}

/// A wall clock that stands still once it is set.
final class HeldClock {
    var nanoseconds: UInt64?
}

/// The ingest of one loop whose batches the test takes itself.
struct IngestHarness {
    let inbox = CommitInbox()
    let ingest: Ingest
    let cache: MemoryCache
    let partitions: Int
    private let clock: UUIDv7Clock
    private let wallClock: HeldClock

    /// `clock` is one of its own unless it is shared with others.
    init(
        loop: Int = 0, partitions: Int = 4, clock: UUIDv7Clock = UUIDv7Clock(), wallClock: HeldClock = HeldClock(),
        cache: MemoryCache = MemoryCache(limits: CacheLimits())
    ) {
        self.wallClock = wallClock
        self.partitions = partitions
        self.clock = clock
        self.cache = cache
        ingest = Ingest(
            loop: loop, sink: inbox, partitions: partitions, clock: clock, maximumBodyBytes: 1 << 20,
            metrics: LoopMetrics(routeNames: RouteLabel.names)
        ) { wallClock.nanoseconds ?? WallClock.nanoseconds() }
    }

    /// Lets new orders be made when `partition` has its turn, the `round`th time.
    func beginTurn(of partition: Int, round: Int = 0) {
        let future = UInt64(1) << 42
        let start = future - future % (UUID.partitionSliceMilliseconds * UInt64(partitions))
        let turn = UInt64(round * partitions + partition)
        wallClock.nanoseconds = (start + turn * UUID.partitionSliceMilliseconds) * 1_000_000
    }

    /// With the room behind the body that the parser may look at.
    func create(_ body: String, _ number: Int = 0, keyed: Ingest.Keyed? = nil) throws(OrderRejection) {
        var buffer = ByteBuffer()
        buffer.append(string: body)
        let created = try ingest.create(buffer.bytes, token: testToken(number), keyed: keyed)
        // As the loop's service does.
        cache.committed(
            create: created.id, order: created.order.of(ingest.batch.jobs.bytes), status: created.status, now: .now())
    }

    func update(
        _ id: UUID, _ status: String, _ version: OrderVersion = OrderVersion(number: 1), base: OrderBase? = nil
    ) {
        var json = ByteBuffer()
        json.append(string: "\"\(status)\"")
        ingest.update(id, status: json.bytes, version, base: base, token: testToken(0))
    }

    /// What was submitted so far; none when that is nothing.
    func taken() -> [WriteBatch] {
        var content = CommitInbox.Content()
        _ = inbox.take(into: &content, until: Deadline(nanoseconds: 0))
        return content.batches
    }

    /// One batch of `count` orders, the first of them by `name`.
    func orders(_ count: Int, name: String = "Ada") throws -> WriteBatch {
        for number in 0..<count { try create(Self.order(name), number) }
        ingest.flush()
        return taken()[0]
    }

    static func order(_ name: String, items: Int = 1) -> String {
        let item = "{\"name\":\"\(String(repeating: "t", count: 60))\",\"quantity\":2}"
        let list = Array(repeating: item, count: items).joined(separator: ",")
        return "{\"customer_name\":\"\(name)\",\"items\":[\(list)]}"
    }
}

/// What a loop's mailbox holds.
extension LoopMailbox {
    func taken() -> [LoopMessage] {
        var messages: [LoopMessage] = []
        mailbox.drain(into: &messages)
        return messages
    }

    /// Waits for at least one message.
    func wait() -> [LoopMessage] {
        var messages: [LoopMessage] = []
        let deadline = Deadline.now().advanced(byMilliseconds: 20_000)
        while messages.isEmpty, Deadline.now() < deadline {
            var watched = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, 1000)
            mailbox.drain(into: &messages)
        }
        return messages
    }
}

extension MemoryCache {
    /// The order as a reader sees it now; nil when the cache doesn't know it.
    func text(of id: UUID) -> String? {
        var buffer = ByteBuffer()
        switch lookup(id, now: .now(), into: &buffer) {
        case .hit, .overlay: return buffer.string
        case .miss: return nil
        }
    }
}

/// Carries an object to the one thread that uses it from then on.
struct Handed<Value>: @unchecked Sendable {
    // @unchecked: the test that made it doesn't touch it until that thread has ended.
    let value: Value
    init(_ value: Value) { self.value = value }
}
