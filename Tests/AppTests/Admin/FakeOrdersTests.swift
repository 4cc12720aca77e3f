import Reactor
import Testing

@testable import Admin
@testable import Orders

@Suite struct FakeOrdersTests {
    private struct Order: Equatable {
        var customer: String
        var status: String
        var items: [String]
    }

    private func orders(seed: UInt64, _ count: Int) -> [Order] {
        var source = FakeOrders(randomSeed: seed, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        var batch = JobBatch()
        source.append(count, to: &batch)
        let text = batch.text.bytes
        func string(_ range: ByteRange) -> String { String(decoding: range.of(text), as: UTF8.self) }
        return batch.jobs.map { job in
            Order(
                customer: string(job.customerName), status: string(job.status),
                items: batch.items[job.items].map { "\($0.quantity) \(string($0.name))" })
        }
    }

    @Test("The same seed makes the same orders, and another one others; they differ as a shop's do")
    func deterministic() {
        let some = orders(seed: 1, 2_000)
        #expect(orders(seed: 1, 2_000) == some)
        #expect(orders(seed: 2, 2_000) != some)
        #expect(Set(some.map(\.customer)).count > 500)
        #expect(Set(some.map(\.status)).count == 5)
        #expect(Set(some.map(\.items.count)) == [1, 2, 3, 4])
        #expect(Set(some.flatMap(\.items)).count > 100)
    }

    @Test("Every order is one that POST /orders would take, under a new id of version 7")
    func valid() {
        var source = FakeOrders(randomSeed: 3, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        var batch = JobBatch()
        for _ in 0..<3 { source.append(1_000, to: &batch) }
        let text = batch.text.bytes
        #expect(batch.messages.count == 3)
        #expect(Set(batch.jobs.map(\.orderID)).count == 3_000)
        for job in batch.jobs {
            #expect(job.kind == .createOrder && job.orderID.version == 7)
            #expect(OrderLimits.holds(job.customerName.of(text), maximum: OrderLimits.customerNameScalars))
            #expect(OrderLimits.holds(job.status.of(text), maximum: OrderLimits.statusScalars))
            #expect(!job.items.isEmpty)
            for item in batch.items[job.items] {
                #expect(OrderLimits.holds(item.name.of(text), maximum: OrderLimits.itemNameScalars))
                #expect(OrderLimits.quantity.contains(Int(item.quantity)))
            }
        }
        #expect(batch.jobs.map(\.message) == (0..<3).flatMap { Array(repeating: $0, count: 1_000) })
    }
}
