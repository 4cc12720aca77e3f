import Reactor
import TestServers
import Testing

@testable import Admin
@testable import Orders
@testable import Store

@Suite struct OrderSeedTests {
    private func seed(
        _ count: Int, _ it: AdministrationUnderTest, retryTimeoutMilliseconds: Int = 10_000,
        isStopping: @escaping () -> Bool = { false }
    ) throws {
        var source = FakeOrders(randomSeed: 1, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        try OrderSeed(it, retryTimeoutMilliseconds: retryTimeoutMilliseconds, isStopping: isStopping).run(
            count, from: &source)
    }

    @Test("All orders are there, whatever their number, and the list changes with each transaction")
    func counts() throws {
        let it = try AdministrationUnderTest()
        try seed(OrderSeed.ordersPerTransaction * 2 + 1, it)
        #expect(it.steps == ["begin", "bump", "bump", "bump"])
        #expect(try it.count() == Int64(OrderSeed.ordersPerTransaction * 2 + 1))
        try seed(1, it)
        #expect(try it.count() == Int64(OrderSeed.ordersPerTransaction * 2 + 2))
    }

    @Test("Asked to stop it ends between two transactions, and says how many orders it added")
    func stops() throws {
        let it = try AdministrationUnderTest()
        var asked = 0
        let failure = #expect(throws: AdminFailure.self) {
            try seed(1_000_000, it) {
                asked += 1
                return asked == 3
            }
        }
        let added = 2 * OrderSeed.ordersPerTransaction
        #expect(failure?.reason == "the service is shutting down; \(added) of 1000000 orders were added")
        #expect(try it.count() == Int64(added))
    }

    @Test("A database that fails for too long ends it, with what was added before")
    func fails() throws {
        let it = try AdministrationUnderTest()
        try SQLiteConnection.open(path: it.directory.file("orders.db")).execute("DROP TABLE order_items")
        let failure = #expect(throws: AdminFailure.self) { try seed(5_000, it, retryTimeoutMilliseconds: 0) }
        #expect(failure?.reason.hasSuffix("; 0 of 5000 orders were added") == true, "\(failure?.reason ?? "")")
        #expect(try it.count() == 0)
    }

    @Test("A list that can't be told changes nothing")
    func withoutCache() throws {
        let it = try AdministrationUnderTest()
        it.failures[1] = AdminFailure(reason: "Redis can't be reached")
        try seed(10, it)
        #expect(try it.count() == 10)
    }
}
