import Reactor
import Synchronization

/// The orders database on a MariaDB or MySQL server, for all stores and readers of the process.
///
/// It completes the tables before it hands out the first connection, whenever that is: the server may be down when the
/// service starts.
package final class MariaDBDatabase: Sendable {
    let endpoint: MariaDBEndpoint
    private let isComplete = Atomic<Bool>(false)
    private let completion = Monitor(Completion())
    private let writerSettings: MariaDBSettings
    private let log: @Sendable (String) -> Void

    /// - Parameter log: gets a line for each change of a table that was there before.
    init(
        _ endpoint: MariaDBEndpoint, writerSettings: MariaDBSettings = .writer,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.endpoint = endpoint
        self.writerSettings = writerSettings
        self.log = log
    }

    enum Role {
        /// Waits as long as it takes when somebody else is completing the tables.
        case writer
        /// Waits for new tables, which are made in a fraction of a second. Those of a database that is taken over may
        /// take minutes. All readers together wait for ``readerSchemaWaitMilliseconds``, and then each fails at once.
        case reader
    }

    private static let writerSchemaWaitMilliseconds = 3_600_000
    private static let readerSchemaWaitMilliseconds = 3_000

    private struct Completion {
        /// A thread of this process is at it, or waits for another process.
        var isTaken = false
        /// Since a reader began to wait.
        var readersWaitUntil: Deadline?
    }

    /// A session on a database whose tables are complete. Any thread; blocks.
    func connect(_ role: Role) throws(MariaDBError) -> MariaDBConnection {
        if !isComplete.load(ordering: .acquiring) { try install(role) }
        return try MariaDBConnection.open(endpoint, role == .writer ? writerSettings : .reader)
    }

    /// A table was found missing, as when the database was made anew. The next connection completes the tables again.
    func tablesAreMissing() { isComplete.store(false, ordering: .releasing) }

    /// Creates the tables, or completes those that are there. Safe to call again, and in several processes at once.
    func install(_ role: Role = .writer) throws(MariaDBError) {
        let limit = schemaDeadline(of: role)
        let mayBegin = completion.wait(until: limit) { completion -> Bool? in
            if completion.isTaken { return nil }
            completion.isTaken = true
            return true
        }
        guard mayBegin != nil else { throw MariaDBSchema.isBusy }
        defer {
            completion.withLock { $0.isTaken = false }
            completion.signal()
        }
        do throws(MariaDBError) {
            try completeTables(lockTimeoutSeconds: (limit.milliseconds(from: .now()) + 999) / 1_000)
        } catch {
            if error != MariaDBSchema.isBusy { completion.withLock { $0.readersWaitUntil = nil } }
            throw error
        }
        completion.withLock { $0.readersWaitUntil = nil }
    }

    private func schemaDeadline(of role: Role) -> Deadline {
        let now = Deadline.now()
        if role == .writer { return now.advanced(byMilliseconds: Self.writerSchemaWaitMilliseconds) }
        return completion.withLock { completion in
            let limit = completion.readersWaitUntil ?? now.advanced(byMilliseconds: Self.readerSchemaWaitMilliseconds)
            completion.readersWaitUntil = limit
            return limit
        }
    }

    /// What the server says it is, for the log and for the one who asks whether it can be reached.
    func check() throws(MariaDBError) -> String {
        let connection = try MariaDBConnection.open(endpoint, .reader)
        let version = connection.serverVersion
        let name = version.contains("MariaDB") ? "MariaDB" : "MySQL"
        return "\(name) \(version)\(connection.cipher.map { ", \($0)" } ?? "")"
    }

    /// Asks with the timeouts of a reader first, and changes tables only when it must.
    private func completeTables(lockTimeoutSeconds: Int) throws(MariaDBError) {
        guard !isComplete.load(ordering: .relaxed) else { return }
        if try !MariaDBSchema.isComplete(MariaDBConnection.open(endpoint, .reader)) {
            let connection = try MariaDBConnection.open(endpoint, .maintenance)
            for change in try MariaDBSchema.install(on: connection, lockTimeoutSeconds: lockTimeoutSeconds) {
                log(change)
            }
        }
        isComplete.store(true, ordering: .releasing)
    }
}
