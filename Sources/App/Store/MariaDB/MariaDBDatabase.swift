import Reactor
import Synchronization

/// The orders database on a MariaDB or MySQL server, for all stores and readers of the process.
///
/// It completes the tables before it hands out the first connection, whenever that is: the server may be down when the
/// service starts.
final class MariaDBDatabase: Sendable {
    let endpoint: MariaDBEndpoint
    private let isComplete = Atomic<Bool>(false)
    /// A thread of this process is completing the tables.
    private let isCompleting = Monitor(false)
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
        case writer
        case reader

        /// How long it waits for somebody else who is completing the tables. New ones are made in a fraction of a second; those of a
        /// database that is taken over may take minutes, and a request is not to wait for that.
        fileprivate var patienceSeconds: Int {
            switch self {
            case .writer: 3600
            case .reader: 3
            }
        }
    }

    /// A session on a database whose tables are complete. Any thread; blocks.
    func connect(_ role: Role) throws(MariaDBError) -> MariaDBConnection {
        if !isComplete.load(ordering: .acquiring) { try install(role) }
        return try MariaDBConnection.open(endpoint, role == .writer ? writerSettings : .reader)
    }

    /// Somebody has found a table missing, as when the database was made anew: the next connection completes them again.
    func tablesAreMissing() { isComplete.store(false, ordering: .releasing) }

    /// Creates the tables, or completes those that are there. Safe to call again, and in several processes at once.
    func install(_ role: Role = .writer) throws(MariaDBError) {
        let mayBegin = isCompleting.wait(until: .now().advanced(bySeconds: role.patienceSeconds)) { isTaken -> Bool? in
            if isTaken { return nil }
            isTaken = true
            return true
        }
        guard mayBegin != nil else { throw MariaDBSchema.isBusy }
        defer {
            isCompleting.withLock { $0 = false }
            isCompleting.signal()
        }
        try completeTables(patienceSeconds: role.patienceSeconds)
    }

    /// What the server says it is, for the log and for the one who asks whether it can be reached.
    func check() throws(MariaDBError) -> String {
        let connection = try MariaDBConnection.open(endpoint, .reader)
        let version = connection.serverVersion
        let name = version.contains("MariaDB") ? "MariaDB" : "MySQL"
        return "\(name) \(version)\(connection.cipher.map { ", \($0)" } ?? "")"
    }

    /// Asks with the timeouts of a reader first, and changes tables only when it must.
    private func completeTables(patienceSeconds: Int) throws(MariaDBError) {
        guard !isComplete.load(ordering: .relaxed) else { return }
        if try !MariaDBSchema.isComplete(MariaDBConnection.open(endpoint, .reader)) {
            let connection = try MariaDBConnection.open(endpoint, .maintenance)
            for change in try MariaDBSchema.install(on: connection, patienceSeconds: patienceSeconds) { log(change) }
        }
        isComplete.store(true, ordering: .releasing)
    }
}
