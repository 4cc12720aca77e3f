import Reactor

/// The writing side of one event loop: gathers the writes of a turn into one batch and hands it to the committer before
/// the loop sleeps. Nothing here costs a system call or a lock per order.
final class Ingest: FlushHook {
    private let loop: Int
    private let inbox: CommitInbox
    private let cache: MemoryCache
    private let partitions: Int
    private var batch: WriteBatch
    private var spares: [WriteBatch] = []
    private var ids: UUIDv7Generator
    private var decoder: OrderDecoder

    /// Writes that wait for their outcome.
    private(set) var inFlight = 0

    init(loop: Int, inbox: CommitInbox, cache: MemoryCache, partitions: Int, clock: UUIDv7Clock, maximumBodyBytes: Int)
    {
        self.loop = loop
        self.inbox = inbox
        self.cache = cache
        self.partitions = partitions
        batch = WriteBatch(loop: loop)
        ids = UUIDv7Generator(clock: clock)
        decoder = OrderDecoder(maximumBodyBytes: maximumBodyBytes)
    }

    /// Takes the order in `body`, under a new id.
    ///
    /// It is put into the cache at once, although it is not durable yet: nobody can ask for an id that nobody has been told.
    /// So the loops do this work side by side, and the committer, which all wait for, is spared it.
    func create(_ body: UnsafeRawBufferPointer, token: ResponseToken) throws(OrderRejection) {
        let now = WallClock.nanoseconds()
        let orderID = ids.next(nanosecondsSince1970: now)
        let jobID = ids.next(nanosecondsSince1970: now)
        let start = batch.jobs.count
        JobEncoding.appendCreateStart(jobID: jobID, into: &batch.jobs)
        let order: EncodedOrder
        do throws(OrderRejection) {
            order = try decoder.decodeOrder(body, id: orderID, into: &batch.jobs)
        } catch {
            batch.jobs.truncate(to: start)
            throw error
        }
        JobEncoding.appendEnd(enqueuedAtMilliseconds: now / 1_000_000, into: &batch.jobs)
        add(.createOrder, jobID: jobID, orderID: orderID, from: start, token: token) { _ in }
        cache.committed(
            create: orderID, order: order.bytes.of(batch.jobs.bytes), status: order.status, now: .now())
    }

    /// Appends the status in `body` to `buffer`, as a JSON string with its quotes.
    func decodeStatus(
        _ body: UnsafeRawBufferPointer, into buffer: inout ByteBuffer
    ) throws(OrderRejection) {
        _ = try decoder.decodeStatus(body, into: &buffer)
    }

    /// `status` is a JSON string with its quotes.
    func update(_ orderID: UUID, status: UnsafeRawBufferPointer, base: OrderBase?, token: ResponseToken) {
        let now = WallClock.nanoseconds()
        let jobID = ids.next(nanosecondsSince1970: now)
        let start = batch.jobs.count
        JobEncoding.appendUpdateStart(jobID: jobID, orderID: orderID, into: &batch.jobs)
        let statusStart = batch.jobs.count
        batch.jobs.append(status)
        JobEncoding.appendUpdateEnd(enqueuedAtMilliseconds: now / 1_000_000, into: &batch.jobs)
        add(.updateOrderStatus, jobID: jobID, orderID: orderID, from: start, base: base, token: token) { write in
            write.newStatus = ByteRange(start: statusStart, count: status.count)
        }
    }

    func delete(_ orderID: UUID, base: OrderBase?, token: ResponseToken) {
        let now = WallClock.nanoseconds()
        let jobID = ids.next(nanosecondsSince1970: now)
        let start = batch.jobs.count
        JobEncoding.appendDelete(
            jobID: jobID, orderID: orderID, enqueuedAtMilliseconds: now / 1_000_000, into: &batch.jobs)
        add(.deleteOrder, jobID: jobID, orderID: orderID, from: start, base: base, token: token) { _ in }
    }

    /// Takes back a batch whose outcome has been told to everybody who waited.
    func recycle(_ settled: WriteBatch) {
        takeBackRefused(settled)
        inFlight -= settled.writes.count
        settled.removeAll()
        spares.append(settled)
    }

    /// Orders that were not accepted leave the cache, where only their ids, which nobody knows, would have shown them.
    private func takeBackRefused(_ settled: WriteBatch) {
        for write in settled.writes where write.outcome != .accepted && write.kind == .createOrder {
            cache.applied(write.orderID, .rejected, now: .now())
        }
    }

    func flush() {
        guard !batch.writes.isEmpty else { return }
        inbox.submit(batch)
        batch = spares.popLast() ?? WriteBatch(loop: loop)
    }

    private func add(
        _ kind: JobKind, jobID: UUID, orderID: UUID, from start: Int, base: OrderBase? = nil, token: ResponseToken,
        _ complete: (inout Write) -> Void
    ) {
        var write = Write(
            kind: kind, jobID: jobID, orderID: orderID, partition: orderID.partition(of: partitions),
            line: ByteRange(start: start, count: batch.jobs.count - start), token: token)
        if let base {
            write.base = ByteRange(start: batch.bases.count, count: base.order.count)
            write.baseStatus = base.status
            write.baseStamp = base.stamp
            batch.bases.append(base.order)
        }
        complete(&write)
        batch.writes.append(write)
        inFlight += 1
    }
}
