import Testing

@testable import Orders
@testable import Store

/// The join of a job's state of an order to the one that is known, without any database.
@Suite struct OrderStateTests {
    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let state: OrderState
        let kind: JobKind
        /// nil for a job without a version.
        let version: Int?
        let step: OrderStep

        init(_ name: String, _ state: OrderState, _ kind: JobKind, _ version: Int?, _ step: OrderStep) {
            testDescription = name
            self.state = state
            self.kind = kind
            self.version = version
            self.step = step
        }
    }

    private static func v(_ number: Int) -> OrderVersion { testVersion(number) }

    private static let kept = OrderState.deleted(v(5), hasCreation: true)
    private static let gone = OrderState.deleted(v(5), hasCreation: false)

    static let courses = [
        Course("a creation", .unknown, .createOrder, 0, OrderStep(.present(v(0)), .insert, .created)),
        Course(
            "a creation of an order that is there", .present(v(3)), .createOrder, 0,
            .superseded(.present(v(3)), by: v(3))),
        Course(
            "a creation whose change came first", .early(v(4)), .createOrder, 0,
            OrderStep(.present(v(4)), .insertHeeding, .created, .applied(as: v(4)))),
        Course(
            "a creation whose delete came first", gone, .createOrder, 0,
            OrderStep(kept, .keepCreation, .skipped, .superseded(by: v(5)))),
        Course("a creation of a deleted order", kept, .createOrder, 0, .superseded(kept, by: v(5))),

        Course(
            "a newer status", .present(v(3)), .updateOrderStatus, 4,
            OrderStep(.present(v(4)), .setStatus(v(4)), .updated)),
        Course(
            "the same status again", .present(v(3)), .updateOrderStatus, 3, .superseded(.present(v(3)), by: v(3))),
        Course("an older status", .present(v(3)), .updateOrderStatus, 2, .superseded(.present(v(3)), by: v(3))),
        Course(
            "a status before the creation", .unknown, .updateOrderStatus, 4,
            OrderStep(.early(v(4)), .record(v(4)), .skipped, .early)),
        Course(
            "a newer one before the creation", .early(v(4)), .updateOrderStatus, 5,
            OrderStep(.early(v(5)), .record(v(5)), .skipped, .early)),
        Course(
            "an older one, or the same again", .early(v(4)), .updateOrderStatus, 3,
            OrderStep(.early(v(4)), .none, .skipped, .early)),
        Course(
            "a status after the delete", kept, .updateOrderStatus, 6,
            OrderStep(.present(v(6)), .bringBack(v(6)), .created, .applied(as: v(6)))),
        Course(
            "a status after the delete, before the creation", gone, .updateOrderStatus, 6,
            OrderStep(.early(v(6)), .record(v(6)), .skipped, .early)),
        Course("a status before the delete", kept, .updateOrderStatus, 4, .superseded(kept, by: v(5))),

        Course(
            "a delete", .present(v(3)), .deleteOrder, 5, OrderStep(kept, .takeOut(v(5)), .deleted)),
        Course("a delete that is older", .present(v(3)), .deleteOrder, 2, .superseded(.present(v(3)), by: v(3))),
        Course("a delete before the creation", .unknown, .deleteOrder, 5, OrderStep(gone, .record(v(5)), .skipped)),
        Course("a delete of an early change", .early(v(4)), .deleteOrder, 5, OrderStep(gone, .record(v(5)), .skipped)),
        Course(
            "a newer delete", kept, .deleteOrder, 7,
            OrderStep(.deleted(v(7), hasCreation: true), .record(v(7)), .skipped)),
        Course("the same delete again", kept, .deleteOrder, 5, .superseded(kept, by: v(5))),

        Course(
            "a status without a version", .present(v(3)), .updateOrderStatus, nil,
            OrderStep(.present(v(4)), .setStatus(v(4)), .updated, .applied(as: v(4)))),
        Course(
            "a delete without a version", .present(v(4)), .deleteOrder, nil,
            OrderStep(kept, .takeOut(v(5)), .deleted, .applied(as: v(5)))),
        Course(
            "a status without a version, of no order", .unknown, .updateOrderStatus, nil,
            .superseded(.unknown, by: v(0))),
        Course("a delete without a version, of no order", kept, .deleteOrder, nil, .superseded(kept, by: v(0))),
        Course(
            "a change that claims to be older than its order", .unknown, .updateOrderStatus, 0,
            .superseded(.unknown, by: v(0))),
    ]

    @Test("The newer state stays", arguments: courses)
    func joins(course: Course) {
        #expect(course.state.joined(with: job(course.kind, course.version), reset: .none) == course.step)
    }

    @Test("What was created up to the reset does not come back, and its changes leave no record")
    func reset() {
        for kind in [JobKind.createOrder, .updateOrderStatus, .deleteOrder] {
            let job = job(kind, 4)
            for reset in [Self.v(0), Self.v(9)] {
                #expect(OrderState.unknown.joined(with: job, reset: reset) == .superseded(.unknown, by: reset))
            }
            let before = OrderVersion(number: Self.v(0).number - 1)
            #expect(OrderState.unknown.joined(with: job, reset: before).effect != .none)
        }
    }

    @Test("An id that says nothing of its time is created after a reset when its job was queued after it")
    func untimed() {
        var job = job(.createOrder, nil)
        job.orderID = UUID(high: 0x5a3f_5c7e_9d1b_4b52, low: 0x8f3e_1f0f_3a4d_9c11)
        job.version = OrderVersion(ofCreation: job.orderID)
        #expect(OrderState.unknown.joined(with: job, reset: .none).effect == .insert)
        let reset = OrderVersion(millisecondsSince1970: 1_000)
        for (time, effect) in [(0, OrderEffect.none), (1_000, .none), (1_001, .insert)] {
            job.enqueuedAtMilliseconds = UInt64(time)
            #expect(OrderState.unknown.joined(with: job, reset: reset).effect == effect)
        }
    }

    private func job(_ kind: JobKind, _ version: Int?) -> Job {
        var batch = JobBatch()
        switch kind {
        case .createOrder: batch.create(1)
        case .updateOrderStatus: batch.update(1, status: "paid")
        case .deleteOrder: batch.delete(1)
        }
        batch.jobs[0].version = version.map(testVersion)
        return batch.jobs[0]
    }
}

@Suite struct OrderJoinTests {
    @Test("Only orders that a change names are looked up, each once; creates are a range of ids")
    func lookup() {
        var batch = JobBatch()
        batch.message(1)
        for order in [5, 3, 9] { batch.create(order) }
        for order in [3, 20, 3] { batch.update(order, status: "paid") }
        batch.delete(20)
        var join = OrderJoin(reset: .none)
        let lookup = join.lookup(for: batch, takingCreates: .asNew)
        #expect(lookup.orders == [testID(3), testID(20)])
        #expect(lookup.created == testID(3)...testID(9) && lookup.creates == 3)
        var careful = OrderJoin(reset: .none)
        let all = careful.lookup(for: batch, takingCreates: .asAny)
        #expect(all.orders == [5, 3, 9, 20].map(testID) && all.created == nil)
    }

    @Test("A plain creation is one that would be inserted anyway")
    func plain() {
        var batch = JobBatch()
        batch.message(1)
        for order in 1...3 { batch.create(order) }
        batch.mark("k", testRecord(testSeed()))
        batch.create(4)
        batch.update(4, status: "paid")
        for reset in [OrderVersion.none, testVersion(0)] {
            var join = OrderJoin(reset: reset)
            _ = join.lookup(for: batch, takingCreates: .asNew)
            for index in batch.jobs.indices {
                let isPlain = join.isPlainCreation(index, in: batch)
                #expect(isPlain == (reset == .none && index < 2))
                let step = join.step(for: batch.jobs[index])
                if isPlain { #expect(step.effect == .insert && step.outcome == .created && step.exception == nil) }
            }
        }
    }

    @Test("A job finds what the jobs before it have left")
    func steps() {
        var batch = JobBatch()
        batch.message(1)
        batch.update(1, status: "paid", version: 1)
        batch.create(1)
        batch.delete(1, version: 3)
        batch.update(1, status: "late", version: 2)
        batch.update(1, status: "back", version: 4)
        var join = OrderJoin(reset: .none)
        _ = join.lookup(for: batch, takingCreates: .asNew)
        let effects = batch.jobs.indices.map { join.step(for: batch.jobs[$0]).effect }
        #expect(
            effects == [
                .record(testVersion(1)), .insertHeeding, .takeOut(testVersion(3)), .none, .bringBack(testVersion(4)),
            ])
        #expect(join.state(of: testID(1)) == .present(testVersion(4)))
    }
}

@Suite struct PartitionStateTests {
    @Test("The newest version of a batch counts, and one that no clock can have given does not")
    func highest() {
        var batch = JobBatch()
        batch.message(1)
        batch.create(1)
        batch.update(1, status: "paid", version: 7)
        batch.update(1, status: "sent", version: 3)
        batch.update(2, status: "sent", version: nil)
        batch.jobs[3].version = .highest
        let creation = testVersion(0).millisecondsSince1970
        let state = PartitionState()
        #expect(state.highest(after: batch, nowMilliseconds: creation) == testVersion(7))
        #expect(PartitionState(highest: testVersion(7)).highest(after: batch, nowMilliseconds: creation) == nil)
        // An hour ahead of this clock is too much; not of a partition that is there already.
        #expect(state.highest(after: batch, nowMilliseconds: creation - 3_600_001) == nil)
        #expect(PartitionState(highest: testVersion(5)).highest(after: batch, nowMilliseconds: 0) == testVersion(7))
    }
}
