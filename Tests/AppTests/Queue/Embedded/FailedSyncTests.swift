import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Queue
@testable import Store

@Suite(.serialized) struct FailedSyncTests {
    let directory = TemporaryDirectory()

    @Test(
        "A commit whose sync failed is unknown as long as the disk fails, and gone with the next commit that succeeds")
    func unknown() throws {
        let writer = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 1).makeWriter()
        _ = try writer.put([1])
        BrokenDisk.failSyncs(of: writer.connection, times: .max)
        let error = #expect(throws: SQLiteError.self) {
            try writer.put([2, 3], body: String(repeating: "x", count: 9000))
        }
        #expect(error?.kind == .inputOutput(sync: true) && error?.outcome == .unknown)
        BrokenDisk.recover()
        #expect(try writer.put([4]) == [2])
        try directory.crashImage(of: "queue.db", as: "after.db")
        #expect(try identifiers(in: "after.db") == [testID(1), testID(4)])
    }

    @Test("Without the overwriting transaction a failed commit would come back after a crash")
    func recordComesBack() throws {
        let file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 1)
        let connection = try SQLiteConnection.open(path: file.path)
        // The first transaction of a log would already fail at the header, before its frames.
        try connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'failed_commits'")
        BrokenDisk.failSyncs(of: connection, times: .max)
        let error = #expect(throws: SQLiteError.self) {
            try connection.inWriteTransaction { () throws(SQLiteError) in
                try connection.execute("INSERT INTO messages VALUES (256, zeroblob(16), 1, x'00')")
            }
        }
        #expect(error?.outcome == .unknown)
        try directory.crashImage(of: "queue.db", as: "after.db")
        #expect(try identifiers(in: "after.db").count == 1)
    }

    @Test("One failed sync on a disk that works again is settled at once: not committed, even after a crash")
    func settled() throws {
        let writer = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 1).makeWriter()
        _ = try writer.put([1])
        BrokenDisk.failSyncs(of: writer.connection, times: 1)
        let error = #expect(throws: SQLiteError.self) { try writer.put([2]) }
        #expect(error?.kind == .inputOutput(sync: true) && error?.outcome == .notCommitted)
        try directory.crashImage(of: "queue.db", as: "after.db")
        #expect(try identifiers(in: "after.db") == [testID(1)])
    }

    private func identifiers(in name: String) throws -> [UUID] {
        var fetched = FetchedMessages()
        let reader = try EmbeddedQueueFile.open(path: directory.file(name), partitions: nil).makeReader()
        try reader.fetch(partition: 0, after: 0, maxJobs: .max, into: &fetched)
        return fetched.messages.map(\.id)
    }
}
