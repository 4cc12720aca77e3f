import Glibc
import Reactor
import Synchronization
import TestServers
import Testing

@testable import Orders
@testable import Store

/// A database on `server` with its tables, a store and a reader of it.
final class MariaDBUnderTest {
    let server: MariaServer
    let endpoint: MariaDBEndpoint
    let store: MariaDBOrderStore
    let reader: MariaDBOrderReader

    init(_ server: MariaServer) throws {
        self.server = server
        endpoint = try server.makeEndpoint()
        let database = MariaDBDatabase(endpoint)
        try database.install()
        store = MariaDBOrderStore(database)
        reader = MariaDBOrderReader(database)
    }

    func create(_ orders: [Int]) throws {
        var batch = JobBatch()
        batch.messages.append(UUID(high: .random(in: 0 ... .max), low: 0))
        for order in orders { batch.create(order) }
        #expect(try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }.created == orders.count)
    }

    /// Empty when there is none.
    func order(_ number: Int) throws -> String {
        var buffer = ByteBuffer()
        _ = try reader.order(testID(number), into: &buffer)
        return buffer.string
    }

    func total() throws -> Int64? { try inspect("SELECT total FROM order_counter") }

    func count(_ table: String) throws -> Int64? { try inspect("SELECT count(*) FROM \(table)") }

    /// A store of its own applies what `fill` makes.
    func applyInBackground(_ fill: @escaping @Sendable (inout JobBatch) -> Void) -> BackgroundApply {
        BackgroundApply(endpoint, fill)
    }

    final class BackgroundApply: Sendable {
        private let outcome = Mutex<ApplyResult?>(nil)
        private let thread = Mutex<ThreadGroup?>(nil)

        init(_ endpoint: MariaDBEndpoint, _ fill: @escaping @Sendable (inout JobBatch) -> Void) {
            let group = ThreadGroup(1) { [self] _ in
                var batch = JobBatch()
                fill(&batch)
                let store = MariaDBOrderStore(MariaDBDatabase(endpoint))
                let result = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
                outcome.withLock { $0 = result }
            }
            thread.withLock { $0 = group }
        }

        func result() throws -> ApplyResult? {
            try thread.withLock { try $0?.join() }
            return outcome.withLock { $0 }
        }
    }

    /// Until a session of this database waits for the lock of another one.
    func waitForLockWait() throws -> Bool {
        try eventually {
            // The server renews what it tells of transactions only when it was not asked for a tenth of a second.
            usleep(150_000)
            return try waitingSession() != nil
        }
    }

    func killWaitingSession() throws {
        guard let session = try waitingSession() else { return #expect(Bool(false), "no session waits") }
        try server.sql("KILL CONNECTION \(session)")
    }

    /// And waits until they are gone.
    func killAllSessions() throws {
        let sessions = "FROM information_schema.processlist WHERE db = '\(endpoint.database)'"
        for session in try server.sql("SELECT id \(sessions)").split(separator: "\n") {
            _ = try? server.sql("KILL CONNECTION \(session)")
        }
        #expect(try eventually { try server.sql("SELECT count(*) \(sessions)") == "0\n" })
    }

    private func waitingSession() throws -> Int64? {
        try inspect(
            """
            SELECT p.id FROM information_schema.processlist p
            JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
            WHERE p.db = '\(endpoint.database)' AND t.trx_state = 'LOCK WAIT'
            """)
    }

    private func inspect(_ sql: String) throws -> Int64? {
        try MariaDBConnection.open(endpoint, .maintenance).integer(sql)
    }
}
