import Testing

@testable import App
@testable import Reactor

@Suite struct IngestTests {
    private let harness = IngestHarness()

    /// The jobs of a batch as a worker would decode them.
    private func decoded(_ batch: WriteBatch) -> [(kind: JobKind, job: UUID, order: UUID)] {
        var jobs = JobBatch()
        var decoder = JobDecoder()
        decoder.decode(message: batch.jobs.bytes, baseOffset: 0, messageIndex: 0, into: &jobs)
        #expect(jobs.rejected.isEmpty)
        return jobs.jobs.map { ($0.kind, $0.id, $0.orderID) }
    }

    @Test("The writes of a turn leave as one batch, in their order, as jobs that a worker can read")
    func batch() throws {
        try harness.create(IngestHarness.order("Ada"), 1)
        harness.update(testID(5), "shipped")
        harness.ingest.delete(testID(6), base: nil, token: testToken(3))
        #expect(harness.taken().isEmpty && harness.ingest.inFlight == 3)
        harness.ingest.flush()
        let batches = harness.taken()
        try #require(batches.count == 1 && batches[0].writes.count == 3)
        let writes = batches[0].writes
        let jobs = decoded(batches[0])
        #expect(jobs.map(\.kind) == [.createOrder, .updateOrderStatus, .deleteOrder])
        #expect(jobs.map(\.job) == writes.map(\.jobID) && jobs.map(\.order) == writes.map(\.orderID))
        #expect(writes.map(\.orderID).dropFirst() == [testID(5), testID(6)])
        #expect(writes.map(\.partition) == writes.map { $0.orderID.partition(of: 4) })
        #expect(writes[0].token == testToken(1) && Set(writes.map(\.jobID)).count == 3)
        let lines = writes.map { $0.line.of(batches[0].jobs.bytes).string }
        #expect(lines.allSatisfy { $0.hasSuffix("}\n") } && lines.joined() == batches[0].jobs.string)
    }

    @Test("A taken order is known by its range within the batch, and batches are numbered")
    func createdOrder() throws {
        try harness.create(
            "{\"items\":[{\"name\":\"tea\",\"quantity\":2}],\"customer_name\":\"Ada\",\"status\":\"new\"}")
        harness.ingest.flush()
        try harness.create(IngestHarness.order("second"))
        harness.ingest.flush()
        let batches = harness.taken()
        let write = batches[0].writes[0]
        #expect(
            write.payload.of(batches[0].jobs.bytes).string
                == "{\"order_id\":\"\(write.orderID)\",\"customer_name\":\"Ada\",\"status\":\"new\","
                + "\"items\":[{\"name\":\"tea\",\"quantity\":2}]}")
        #expect(batches.map(\.number) == [0, 1])
    }

    @Test("An order that is refused leaves no trace between its neighbours")
    func refused() throws {
        try harness.create(IngestHarness.order("first"))
        for body in ["", "nonsense", "{\"customer_name\":\"x\",\"items\":[{\"name\":\"a\",\"quantity\":1},{}]}"] {
            #expect(throws: OrderRejection.self) { try harness.create(body) }
        }
        try harness.create(IngestHarness.order("second"))
        #expect(harness.ingest.inFlight == 2)
        harness.ingest.flush()
        let batch = harness.taken()[0]
        #expect(decoded(batch).count == 2 && batch.writes.count == 2)
        #expect(batch.jobs.string.contains("first") && batch.jobs.string.contains("second"))
    }

    @Test("What an update was asked for as goes along as its base; without one there is none")
    func base() {
        let order = SampleOrder(status: "received")
        order.withBytes { bytes in
            harness.update(testID(1), "paid", base: OrderBase(order: bytes, status: order.status, stamp: 9))
            harness.ingest.delete(
                testID(2), base: OrderBase(order: bytes, status: order.status, stamp: 8), token: testToken(0))
        }
        harness.update(testID(3), "paid")
        harness.ingest.flush()
        let batch = harness.taken()[0]
        let bases = batch.writes.map { batch.base(of: $0) }
        #expect(bases.map { $0?.order.string } == [order.text, order.text, nil])
        #expect(bases.map { $0?.stamp } == [9, 8, nil])
        #expect(bases[0].map { $0.status.of($0.order).string } == "\"received\"")
        #expect(batch.writes[0].payload.of(batch.jobs.bytes).string == "\"paid\"")
    }

    @Test("A turn without writes submits nothing; batches that come back are used again, empty")
    func recycling() throws {
        harness.ingest.flush()
        #expect(harness.taken().isEmpty)
        let first = try harness.orders(3)
        #expect(harness.ingest.inFlight == 3)
        // The first is under way, so this is another one.
        let second = try harness.orders(2)
        #expect(second !== first && harness.ingest.inFlight == 5)
        harness.ingest.recycle(first)
        #expect(harness.ingest.inFlight == 2)
        _ = try harness.orders(1)
        let reused = try harness.orders(1)
        #expect(reused === first && reused.writes.count == 1 && decoded(reused).count == 1)
    }
}
