import TestServers
import Testing

@testable import Store

@Suite struct SQLiteOrderReaderTests {
    let directory = TemporaryDirectory()

    @Test(
        "All reads go through indexes and need no sort",
        arguments: [SQLiteOrderReader.orderSQL, SQLiteOrderReader.pageSQL, SQLiteOrderReader.statusPageSQL])
    func plans(sql: String) throws {
        _ = try SQLiteOrderStore(path: directory.file("orders.db"))
        let connection = try SQLiteConnection.open(path: directory.file("orders.db"))
        let plan = try SQLiteStatement(connection, "EXPLAIN QUERY PLAN \(sql)")
        var steps: [String] = []
        while try plan.step() { steps.append(plan.withText(3) { String(decoding: $0!, as: UTF8.self) }) }
        #expect(steps.count == 2 && steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(steps)")
        guard sql == SQLiteOrderReader.statusPageSQL else { return }
        #expect(steps[0].contains("INDEX ix_orders_status (status=? AND rowid<?)"), "\(steps)")
    }
}
