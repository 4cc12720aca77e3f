import Testing

@testable import Ingest
@testable import Orders
@testable import Queue
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
        harness.ingest.delete(testID(6), OrderVersion(number: 1), base: nil, token: testToken(3))
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
            let base = OrderBase(order: bytes, status: order.status)
            harness.update(testID(1), "paid", OrderVersion(number: 9), base: base)
            harness.ingest.delete(
                testID(2), OrderVersion(number: 8), base: OrderBase(order: bytes, status: order.status),
                token: testToken(0))
        }
        harness.update(testID(3), "paid")
        harness.ingest.flush()
        let batch = harness.taken()[0]
        let bases = batch.writes.map { batch.base(of: $0) }
        #expect(bases.map { $0?.order.string } == [order.text, order.text, nil])
        #expect(batch.writes.map(\.version.number) == [9, 8, 1])
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

    // MARK: Partitions

    /// Takes `count` new orders.
    private func create(_ count: Int, _ harness: IngestHarness) throws {
        for number in 0..<count { try harness.create(IngestHarness.order("Ada"), number) }
    }

    /// Ends the turn, and tells where its writes go, as the packer and as everybody else finds it.
    private func partitions(_ harness: IngestHarness) throws -> [Int] {
        harness.ingest.flush()
        let batches = harness.taken()
        try #require(batches.count == 1)
        let writes = batches[0].writes
        #expect(writes.map(\.partition) == writes.map { $0.orderID.partition(of: harness.partitions) })
        #expect(decoded(batches[0]).map(\.order) == writes.map(\.orderID))
        return writes.map(\.partition)
    }

    @Test("New orders go to the partition whose turn it is, of one request too", arguments: [1, 2, 3, 4, 16])
    func oneHome(count: Int) throws {
        let harness = IngestHarness(partitions: count)
        var body = ByteBuffer()
        let orders = [String](repeating: IngestHarness.order("Ada"), count: 5)
        body.append(string: "[" + orders.joined(separator: ",") + "]")
        for round in 0..<2 {
            for partition in 0..<count {
                harness.beginTurn(of: partition, round: round)
                try create(5, harness)
                let group = harness.ingest.createBatch(
                    try harness.ingest.openBatch(body.bytes), token: testToken(0)
                ) { _ in }
                #expect(group.writes == 5..<10 && group.rejections.isEmpty)
                #expect(try partitions(harness) == [Int](repeating: partition, count: 10))
            }
        }
    }

    @Test("All loops give the same partition its turn; other writes go where their order is")
    func otherWrites() throws {
        let clock = UUIDv7Clock()
        let wallClock = HeldClock()
        let loops = (0..<2).map { IngestHarness(loop: $0, clock: clock, wallClock: wallClock) }
        loops[0].beginTurn(of: 2)
        for harness in loops {
            for number in 0..<8 {
                harness.update(testID(number), "paid")
                try create(2, harness)
                harness.ingest.delete(testID(number), OrderVersion(number: 1), base: nil, token: testToken(0))
                let own = testID(number).partition(of: 4)
                #expect(try partitions(harness) == [own, 2, 2, own], "\(number)")
            }
        }
    }

    @Test("The orders of a request with an idempotency key have the ids of its seed, wherever those belong")
    func keyed() throws {
        harness.beginTurn(of: 1)
        let seeds = (0..<20).map { testSeed(UInt64($0)) }
        for seed in seeds {
            try create(1, harness)
            let keyed = Ingest.Keyed(request: 1, key: IdempotencyKey("key"), record: testRecord(seed))
            try harness.create(IngestHarness.order("Ada"), keyed: keyed)
        }
        let ids = harness.ingest.batch.writes.map(\.orderID)
        let seen = try partitions(harness)
        #expect(stride(from: 1, to: 40, by: 2).map { ids[$0] } == seeds)
        #expect(Set(seeds.map { $0.partition(of: 4) }).count > 1)
        #expect(stride(from: 0, to: 40, by: 2).allSatisfy { seen[$0] == 1 })
    }
}
