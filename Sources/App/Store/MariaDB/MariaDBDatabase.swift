import Synchronization

/// The orders database on a MariaDB or MySQL server, for all stores and readers of the process.
///
/// It completes the tables before it hands out the first connection, whenever that is: the server may be down when the
/// service starts.
final class MariaDBDatabase: Sendable {
    let endpoint: MariaDBEndpoint
    private let isComplete = Atomic<Bool>(false)
    private let completing = Mutex<Void>(())
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
        /// Waits as long as it takes when the tables have to be completed.
        case writer
        /// Throws when somebody else is completing the tables.
        case reader
    }

    /// A session on a database whose tables are complete. Any thread; blocks.
    func connect(_ role: Role) throws(MariaDBError) -> MariaDBConnection {
        if !isComplete.load(ordering: .acquiring) {
            switch role {
            case .writer: try install()
            case .reader: try installUnlessBusy()
            }
        }
        return try MariaDBConnection.open(endpoint, role == .writer ? writerSettings : .reader)
    }

    /// Somebody has found a table missing, as when the database was made anew: the next connection completes them again.
    func tablesAreMissing() { isComplete.store(false, ordering: .releasing) }

    /// Creates the tables, or completes those that are there. Safe to call again, and in several processes at once.
    func install() throws(MariaDBError) {
        try completing.withLock { _ throws(MariaDBError) in try completeTables(patienceSeconds: 3600) }
    }

    /// What the server says it is, for the log and for the one who asks whether it can be reached.
    func check() throws(MariaDBError) -> String {
        let connection = try MariaDBConnection.open(endpoint, .reader)
        let version = connection.serverVersion
        let name = version.contains("MariaDB") ? "MariaDB" : "MySQL"
        return "\(name) \(version)\(connection.cipher.map { ", \($0)" } ?? "")"
    }

    private func installUnlessBusy() throws(MariaDBError) {
        let done: Void? = try completing.withLockIfAvailable { _ throws(MariaDBError) in
            try completeTables(patienceSeconds: 0)
        }
        if done == nil { throw MariaDBSchema.isBusy }
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
