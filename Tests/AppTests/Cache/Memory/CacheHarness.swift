import Reactor

@testable import Cache
@testable import Orders
@testable import Store

/// An order's JSON and where its status is.
struct SampleOrder {
    var text: String
    var status: ByteRange

    init(name: String = "Ada", status: String = "received") {
        let before = "{\"customer_name\":\"\(name)\",\"status\":"
        text = before + "\"\(status)\",\"items\":[{\"name\":\"tea\",\"quantity\":2}]}"
        self.status = ByteRange(start: before.utf8.count, count: status.utf8.count + 2)
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var copy = text
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

/// What a read showed, as text.
enum Shown: Equatable {
    case order(String)
    case deletingOrder(String)
    case overlay(String)
    case deletingOverlay
    case nothing
    case joined
    case started(FlightID)
    case notFound
    case failed
}

/// A base as a caller would hold it between its read and its commit.
struct HeldBase {
    var text: String
    var found: CachedOrder
}

/// A cache with a clock that stands still until it is moved, speaking text. The states of an order are numbered: 0 is
/// its creation; see ``version(_:)``.
struct CacheHarness {
    let cache: MemoryCache
    var seconds = 1000
    var waiters: [Waiter] = []

    init(_ limits: CacheLimits = CacheLimits()) {
        cache = MemoryCache(limits: limits, randomSeed: 7)
    }

    var now: Deadline { Deadline(nanoseconds: UInt64(seconds) * 1_000_000_000) }

    func create(_ id: UUID, _ order: SampleOrder = SampleOrder()) {
        order.withBytes { cache.committed(create: id, order: $0, status: order.status, now: now) }
    }

    func update(_ id: UUID, _ number: Int, to status: String, base: HeldBase? = nil) {
        var json = "\"\(status)\""
        json.withUTF8 { newStatus in
            withBase(base) {
                cache.committed(
                    statusUpdate: id, version(number), newStatus: UnsafeRawBufferPointer(newStatus), base: $0, now: now)
            }
        }
    }

    func delete(_ id: UUID, _ number: Int, base: HeldBase? = nil) {
        withBase(base) { cache.committed(delete: id, version(number), base: $0, now: now) }
    }

    /// The database has exactly the state of this number.
    func applied(_ id: UUID, _ number: Int) { settled(id, upTo: number, isShown: true) }

    func settled(_ id: UUID, upTo number: Int, isShown: Bool = false) {
        cache.settled(SettledWrite(orderID: id, version: version(number), isShown: isShown), now: now)
    }

    func read(_ id: UUID) -> Shown { readWithBase(id).shown }

    func readWithBase(_ id: UUID) -> (shown: Shown, base: HeldBase?) {
        var buffer = ByteBuffer()
        buffer.append("before")
        let result = cache.lookup(id, now: now, into: &buffer)
        buffer.consume(6)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        switch result {
        case .hit(let found):
            let base = HeldBase(text: text, found: found)
            return (found.isDeleting ? .deletingOrder(text) : .order(text), base)
        case .overlay(let status, _, let isDeleting):
            precondition(status.of(buffer.bytes).count == text.utf8.count)
            return (isDeleting ? .deletingOverlay : .overlay(text), nil)
        case .miss: return (.nothing, nil)
        }
    }

    func join(_ id: UUID, ticket: UInt64 = 1) -> Shown {
        var buffer = ByteBuffer()
        switch cache.join(id, Waiter(loop: 0, ticket: ticket), now: now, into: &buffer) {
        case .hit(let found):
            let text = String(decoding: buffer.bytes, as: UTF8.self)
            return found.isDeleting ? .deletingOrder(text) : .order(text)
        case .joined: return .joined
        case .start(let flight): return .started(flight)
        }
    }

    /// The flight that a read which must start one got.
    func start(_ id: UUID, ticket: UInt64 = 1) -> FlightID? {
        guard case .started(let flight) = join(id, ticket: ticket) else { return nil }
        return flight
    }

    /// Completes with the state of this number, or with not found; `waiters` are those who were waiting.
    mutating func complete(_ flight: FlightID, _ order: SampleOrder?, _ number: Int = 0) -> Shown {
        completeWithBase(flight, order, number).shown
    }

    mutating func completeWithBase(
        _ flight: FlightID, _ order: SampleOrder?, _ number: Int = 0
    ) -> (shown: Shown, base: HeldBase?) {
        guard let order else { return (complete(flight, .missing(since: .none)).shown, nil) }
        return order.withBytes {
            complete(flight, .found(order: $0, status: order.status, version: version(number)))
        }
    }

    mutating func complete(_ flight: FlightID, _ result: FlightResult) -> (shown: Shown, base: HeldBase?) {
        var answer = ByteBuffer()
        waiters = []
        switch cache.complete(flight, result, now: now, waiters: &waiters, answer: &answer) {
        case .found(let found):
            let text = String(decoding: answer.bytes, as: UTF8.self)
            let base = HeldBase(text: text, found: found)
            return (found.isDeleting ? .deletingOrder(text) : .order(text), base)
        case .missing: return (.notFound, nil)
        case .failed: return (.failed, nil)
        }
    }

    /// Reads from the database, as a reader thread would, when the cache has nothing.
    mutating func readThrough(_ id: UUID, database: SampleOrder?, _ number: Int = 0) -> Shown {
        let shown = join(id)
        guard case .started(let flight) = shown else { return shown }
        return complete(flight, database, number)
    }

    private func withBase(_ base: HeldBase?, _ body: (OrderBase?) -> Void) {
        guard var base else { return body(nil) }
        let found = base.found
        base.text.withUTF8 { body(OrderBase(order: UnsafeRawBufferPointer($0), status: found.status)) }
    }
}

func orderID(_ number: Int) -> UUID {
    UUID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number))
}

/// Of the state of an ``orderID(_:)`` that has this number; 0 is its creation, and -1 stands for no version.
func version(_ number: Int) -> OrderVersion {
    number < 0 ? .none : OrderVersion(number: OrderVersion(ofCreation: orderID(0)).number + UInt64(number))
}
