import Reactor
import TestServers

@testable import Admin
@testable import Store

/// Notes what it is asked to do, and fails where it is told to; seeded orders go into a SQLite file.
final class AdministrationUnderTest: OrderAdministration {
    let directory = TemporaryDirectory()
    let database: SQLiteOrderStore
    private(set) var steps: [String] = []
    /// By the number of the step, from 0.
    var failures: [Int: AdminFailure] = [:]

    init() throws { database = try SQLiteOrderStore(path: directory.file("orders.db")) }

    var store: any OrderStore { database }

    func begin() throws(AdminFailure) { try step("begin") }

    func drain(until deadline: Deadline) throws(AdminFailure) { try step("drain") }

    func eraseOrders() throws(AdminFailure) { try step("erase") }

    func forgetCaches() throws(AdminFailure) { try step("forget") }

    func listChanged() throws(AdminFailure) { try step("bump") }

    func end() { steps.append("end") }

    func count() throws -> Int64? {
        try SQLiteConnection.open(path: directory.file("orders.db")).integer("SELECT count(*) FROM orders")
    }

    private func step(_ name: String) throws(AdminFailure) {
        steps.append(name)
        if let failure = failures[steps.count - 1] { throw failure }
    }
}
