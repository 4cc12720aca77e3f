import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Orders
@testable import Store

/// Applying is a join: any order of delivery, any number of times, by any number of workers at once, leads to the same
/// database.
@Suite struct ConfluenceTests {
    private static let rounds = 25
    private static let ordersPerRound = 40

    @Test(
        "Random writes in a random order, some again, in batches of any size, lead to the newest state of each order",
        arguments: StoreKind.allCases, 0..<4)
    func oneByOne(kind: StoreKind, seed: Int) throws {
        let it = try StoreUnderTest(kind)
        let stores = try [it.store, it.otherStore()]
        var random = SplitMix(state: UInt64(seed))
        var all: [OrderOracle.Entry] = []
        for round in 0..<Self.rounds {
            let first = round * Self.ordersPerRound
            let entries = OrderOracle.writes(to: first..<first + Self.ordersPerRound, using: &random)
            all += entries
            var rest = OrderOracle.delivery(of: entries, using: &random)[...]
            while !rest.isEmpty {
                var batch = JobBatch()
                batch.message(1)
                let count = Int.random(in: 1...[1, 10, 200].randomElement(using: &random)!, using: &random)
                for entry in rest.prefix(count) { batch.append(entry) }
                rest = rest.dropFirst(count)
                let store = stores.randomElement(using: &random)!
                let result = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
                #expect(result.created + result.updated + result.deleted + result.skipped == batch.jobs.count)
            }
        }
        try expectNewest(of: all, in: it)
    }

    @Test(
        "Workers that apply the same writes at once, each in its own order, disturb nothing",
        arguments: StoreKind.allCases)
    func atOnce(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let makeStore = it.storeMaker
        var random = SplitMix(state: 7)
        let entries = OrderOracle.writes(to: 0..<300, using: &random)
        try onThreads(3) { thread in
            let store = try makeStore()
            var random = SplitMix(state: UInt64(100 + thread))
            var rest = OrderOracle.delivery(of: entries, using: &random)[...]
            while !rest.isEmpty {
                var batch = JobBatch()
                batch.message(1)
                for entry in rest.prefix(20) { batch.append(entry) }
                rest = rest.dropFirst(20)
                _ = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
            }
        }
        try expectNewest(of: entries, in: it)
    }

    @Test(
        "A big batch that is delivered again, the halves of it reversed, changes nothing", arguments: StoreKind.allCases
    )
    func bigBatch(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var random = SplitMix(state: 3)
        let entries = OrderOracle.writes(to: 0..<1_500, using: &random).shuffled(using: &random)
        let half = entries.count / 2
        // The first half twice: alone, and then with what is new.
        for part in [entries[..<half], entries[...], entries[half...], entries[..<half]] {
            var batch = JobBatch()
            batch.message(1)
            for entry in part { batch.append(entry) }
            let result = try it.apply(batch)
            if part.count != entries.count && part.startIndex == half { #expect(!result.changed) }
        }
        try expectNewest(of: entries, in: it)
    }

    private func expectNewest(of entries: [OrderOracle.Entry], in it: StoreUnderTest) throws {
        let expected = OrderOracle.tables(after: entries)
        let found = try it.tables()
        #expect(found.orders == expected.orders)
        #expect(found.absent == expected.absent)
        #expect(try it.total() == Int64(expected.orders.count))
        let items = expected.orders.compactMap { row in entries.first { testText($0.order) == row[0] } }
        #expect(try it.count("order_items") == Int64(items.reduce(0) { $0 + 1 + $1.order % 3 }))
    }
}
