package import Metrics
package import Orders
package import Queue
package import Reactor

/// The writing side of one event loop: gathers the writes of a turn into one batch and hands it to the queue before the
/// loop sleeps. Nothing here costs a system call or a lock per order.
package final class Ingest {
    private let loop: Int
    private let sink: any BatchSink
    private let partitions: Int
    private let metrics: LoopMetrics
    private var submitted: UInt64 = 0
    /// The writes of this turn.
    package private(set) var batch: WriteBatch
    private var spares: [WriteBatch] = []
    private let clock: UUIDv7Clock
    /// Nanoseconds since 1970.
    private let wallClock: () -> UInt64
    private var ids: UUIDv7Generator
    private var decoder: OrderDecoder

    /// Writes that wait for their outcome.
    package private(set) var inFlight = 0

    package init(
        loop: Int, sink: any BatchSink, partitions: Int, clock: UUIDv7Clock, maximumBodyBytes: Int,
        metrics: LoopMetrics, wallClock: @escaping () -> UInt64 = WallClock.nanoseconds
    ) {
        self.wallClock = wallClock
        self.metrics = metrics
        self.loop = loop
        self.sink = sink
        self.partitions = partitions
        batch = WriteBatch(loop: loop)
        self.clock = clock
        ids = UUIDv7Generator(clock: clock)
        decoder = OrderDecoder(maximumBodyBytes: maximumBodyBytes)
    }

    /// An order that was taken: its JSON within ``batch``'s jobs, and its status within that.
    package struct Created {
        package var id: UUID
        package var order: ByteRange
        package var status: ByteRange

        package var version: OrderVersion { OrderVersion(ofCreation: id) }
    }

    /// A request with an idempotency key.
    package struct Keyed {
        /// See ``Write/keyedRequest``.
        package var request: UInt64
        package var key: IdempotencyKey
        package var record: KeyRecord
        /// See ``Write/isRepeated``.
        package var isRepeated: Bool

        package init(request: UInt64, key: IdempotencyKey, record: KeyRecord, isRepeated: Bool = false) {
            self.request = request
            self.key = key
            self.record = record
            self.isRepeated = isRepeated
        }
    }

    /// A new one, for a request with an idempotency key.
    package func makeIDSeed() -> UUID { ids.next(nanosecondsSince1970: wallClock()) }

    /// Throws what is wrong with the order in `body`, and takes nothing.
    package func check(_ body: UnsafeRawBufferPointer) throws(OrderRejection) {
        let start = batch.jobs.count
        defer { batch.jobs.truncate(to: start) }
        _ = try decoder.decodeOrder(body, id: UUID(high: 0, low: 0), into: &batch.jobs)
    }

    /// What ``createBatch(_:token:keyed:_:)`` would make of `body` with ids of `idSeed`, if all were accepted; takes
    /// nothing. The group is about the writes returned with it.
    package func outline(
        _ body: UnsafeRawBufferPointer, idSeed: UUID, token: ResponseToken
    ) throws(OrderRejection) -> (group: WriteGroup, writes: [Write]) {
        let start = batch.jobs.count
        defer { batch.jobs.truncate(to: start) }
        var group = WriteGroup(token: token, writes: 0..<0)
        var writes: [Write] = []
        for index in 0..<(try decoder.openBatch(body)) {
            do throws(OrderRejection) {
                _ = try decoder.decodeNextOrder(id: idSeed, into: &batch.jobs)
                batch.jobs.truncate(to: start)
                writes.append(
                    Write(
                        kind: .createOrder, jobID: idSeed.job(at: index), orderID: idSeed.order(at: index),
                        version: OrderVersion(ofCreation: idSeed), partition: 0, line: .empty, token: token))
            } catch {
                group.rejections.append(WriteGroup.Rejection(index: index, reason: error))
            }
        }
        group.writes = 0..<writes.count
        return (group, writes)
    }

    /// Takes the order in `body`, under a new id, or that of a request with an idempotency key.
    @discardableResult
    package func create(
        _ body: UnsafeRawBufferPointer, token: ResponseToken, keyed: Keyed? = nil
    ) throws(OrderRejection) -> Created {
        let now = wallClock()
        let created = try create(body, ids(of: keyed, index: 0, now: now), token, now: now, keyed: keyed, index: 0)
        if let keyed { batch.writes[batch.writes.count - 1].keyedRequest = keyed.request }
        return created
    }

    /// Parses the body of POST /orders/batch and returns how many orders it holds; follow with
    /// ``createBatch(_:token:_:)``, unless they are to be refused.
    package func openBatch(_ body: UnsafeRawBufferPointer) throws(OrderRejection) -> Int { try decoder.openBatch(body) }

    /// Takes the `count` orders of the open batch, each for itself and under a new id, and calls `taken` for each that
    /// is valid. The group is part of ``batch`` unless none is.
    package func createBatch(
        _ count: Int, token: ResponseToken, keyed: Keyed? = nil, _ taken: (Created) -> Void
    ) -> WriteGroup {
        let now = wallClock()
        let first = batch.writes.count
        var group = WriteGroup(token: token, keyedRequest: keyed?.request ?? 0, writes: first..<first)
        for index in 0..<count {
            do throws(OrderRejection) {
                let ids = ids(of: keyed, index: index, now: now)
                taken(try create(nil, ids, token, now: now, keyed: keyed, index: index))
                batch.writes[batch.writes.count - 1].isGrouped = true
            } catch {
                group.rejections.append(WriteGroup.Rejection(index: index, reason: error))
            }
        }
        group.writes = first..<batch.writes.count
        if !group.writes.isEmpty { batch.groups.append(group) }
        return group
    }

    /// The ids of a new order and of the job that creates it.
    private struct OrderIDs {
        var order: UUID
        var job: UUID
    }

    /// For the order at `index` of its request.
    private func ids(of keyed: Keyed?, index: Int, now: UInt64) -> OrderIDs {
        if let idSeed = keyed?.record.idSeed {
            return OrderIDs(order: idSeed.order(at: index), job: idSeed.job(at: index))
        }
        let order = ids.next(nanosecondsSince1970: now).placed(
            inSliceAt: now / 1_000_000, of: partitions)
        return OrderIDs(order: order, job: ids.next(nanosecondsSince1970: now))
    }

    /// Without a body: the next order of the open batch.
    private func create(
        _ body: UnsafeRawBufferPointer?, _ ids: OrderIDs, _ token: ResponseToken, now: UInt64, keyed: Keyed?,
        index: Int
    ) throws(OrderRejection) -> Created {
        // Read once: each use of the property would count another reference.
        let batch = batch
        let start = batch.jobs.count
        JobEncoding.appendCreateStart(jobID: ids.job, into: &batch.jobs)
        let order: EncodedOrder
        do throws(OrderRejection) {
            if let body {
                order = try decoder.decodeOrder(body, id: ids.order, into: &batch.jobs)
            } else {
                order = try decoder.decodeNextOrder(id: ids.order, into: &batch.jobs)
            }
        } catch {
            batch.jobs.truncate(to: start)
            throw error
        }
        if let keyed {
            JobEncoding.appendEnd(
                enqueuedAtMilliseconds: now / 1_000_000, key: keyed.key, position: index, record: keyed.record,
                into: &batch.jobs)
        } else {
            JobEncoding.appendEnd(enqueuedAtMilliseconds: now / 1_000_000, into: &batch.jobs)
        }
        let version = OrderVersion(ofCreation: ids.order)
        add(.createOrder, jobID: ids.job, orderID: ids.order, version, from: start, token: token) { write in
            write.payload = order.bytes
            write.isRepeated = keyed?.isRepeated == true
        }
        return Created(id: ids.order, order: order.bytes, status: order.status)
    }

    /// Appends the status in `body` to `buffer`, as a JSON string with its quotes.
    package func decodeStatus(
        _ body: UnsafeRawBufferPointer, into buffer: inout ByteBuffer
    ) throws(OrderRejection) {
        _ = try decoder.decodeStatus(body, into: &buffer)
    }

    /// The version of a write that changes a state of the version `base`, by the clock of the process.
    package func makeVersion(above base: OrderVersion) -> OrderVersion {
        clock.version(above: base, nanosecondsSince1970: wallClock())
    }

    /// Ids and versions are above `version` from now on, in the whole process.
    package func raise(above version: OrderVersion) { clock.raise(above: version) }

    /// `status` is a JSON string with its quotes. Returns the id of the job.
    @discardableResult
    package func update(
        _ orderID: UUID, status: UnsafeRawBufferPointer, _ version: OrderVersion, base: OrderBase?, token: ResponseToken
    ) -> UUID {
        let now = wallClock()
        let jobID = ids.next(nanosecondsSince1970: now)
        let start = batch.jobs.count
        JobEncoding.appendUpdateStart(jobID: jobID, orderID: orderID, into: &batch.jobs)
        let statusStart = batch.jobs.count
        batch.jobs.append(status)
        JobEncoding.appendUpdateEnd(
            version: version, enqueuedAtMilliseconds: now / 1_000_000, into: &batch.jobs)
        add(.updateOrderStatus, jobID: jobID, orderID: orderID, version, from: start, base: base, token: token) {
            $0.payload = ByteRange(start: statusStart, count: status.count)
        }
        return jobID
    }

    /// Returns the id of the job.
    @discardableResult
    package func delete(
        _ orderID: UUID, _ version: OrderVersion, base: OrderBase?, token: ResponseToken
    ) -> UUID {
        let now = wallClock()
        let jobID = ids.next(nanosecondsSince1970: now)
        let start = batch.jobs.count
        JobEncoding.appendDelete(
            jobID: jobID, orderID: orderID, version: version, enqueuedAtMilliseconds: now / 1_000_000,
            into: &batch.jobs)
        add(.deleteOrder, jobID: jobID, orderID: orderID, version, from: start, base: base, token: token) { _ in }
        return jobID
    }

    /// Takes back a batch whose outcome has been told to everybody who waited.
    package func recycle(_ settled: WriteBatch) {
        inFlight -= settled.writes.count
        metrics.settled(settled.outcomes)
        settled.removeAll()
        spares.append(settled)
    }

    /// Whether `count` more writes may wait, where `limit` may. A batch that is larger than that may when nothing else
    /// does: it would never be taken otherwise.
    ///
    /// - Parameter waiting: orders that will come here, but haven't yet.
    package func hasRoom(for count: Int, of limit: Int, waiting: Int = 0) -> Bool {
        inFlight + waiting == 0 || inFlight + waiting + count <= limit
    }

    /// Hands over what this turn brought, before the loop sleeps.
    package func flush() {
        guard !batch.writes.isEmpty else { return }
        sink.submit(batch)
        batch = spares.popLast() ?? WriteBatch(loop: loop)
        submitted += 1
        batch.number = submitted
    }

    private func add(
        _ kind: JobKind, jobID: UUID, orderID: UUID, _ version: OrderVersion, from start: Int, base: OrderBase? = nil,
        token: ResponseToken, _ complete: (inout Write) -> Void
    ) {
        let batch = batch
        var write = Write(
            kind: kind, jobID: jobID, orderID: orderID, version: version,
            partition: orderID.partition(of: partitions),
            line: ByteRange(start: start, count: batch.jobs.count - start), token: token)
        if let base {
            write.base = ByteRange(start: batch.bases.count, count: base.order.count)
            write.baseStatus = base.status
            batch.bases.append(base.order)
        }
        complete(&write)
        batch.writes.append(write)
        inFlight += 1
    }
}
