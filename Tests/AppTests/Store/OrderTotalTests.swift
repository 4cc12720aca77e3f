import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Orders
@testable import Store

/// The list tells how many orders there are without counting them.
@Suite struct OrderTotalTests {
    @Test(
        "The total is what count(*) says, however creates, deletes and redeliveries of several workers cross each other",
        arguments: StoreKind.allCases)
    func concurrent(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let makeStore = it.storeMaker
        // Two workers have each partition at once, as when one takes over from another that does not know it yet: all
        // messages are delivered twice or more.
        try onThreads(4) { thread in
            let partition = thread % 2
            let store = try makeStore()
            var random = SplitMix(state: UInt64(thread))
            for round in 0..<25 {
                var batch = JobBatch()
                batch.messages.append(testID(100_000 * (partition + 1) + round))
                Self.fill(&batch, partition: partition, round: round)
                var deliveries = Int.random(in: 1...2, using: &random)
                while deliveries > 0 {
                    do throws(StoreError) {
                        _ = try store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
                        deliveries -= 1
                    } catch {
                        // As a worker does: the same batch until it is applied.
                        guard case .mariadb(let cause) = error, cause.kind == .deadlock || cause.kind == .duplicate
                        else { throw error }
                    }
                }
            }
        }
        let count = try #require(try it.count("orders"))
        #expect(try it.total() == count && count == Int64(Self.expectedCount))
        #expect(try it.page(limit: 1, after: nil).text.hasPrefix("{\"total_orders\":\(count),"))
    }

    /// The same for both workers of a partition. Each round creates ten orders, and deletes some of earlier rounds:
    /// some of those are gone already, and some never were.
    private static func fill(_ batch: inout JobBatch, partition: Int, round: Int) {
        let first = 10_000 * (partition + 1)
        for number in 0..<10 { batch.create(first + 10 * round + number) }
        if round > 0 {
            batch.delete(first + 10 * round - 10)
            batch.delete(first + 10 * round - 7)
            batch.update(first + 10 * round - 5, status: "paid")
        }
        if round > 1 { batch.delete(first + 10 * round - 20) }
        batch.delete(first + 9_000 + round)
        batch.create(first + 10 * round)
    }

    private static let expectedCount = 2 * (25 * 10 - 24 * 2)
}
