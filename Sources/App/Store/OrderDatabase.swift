import Glibc
package import Logging
package import Metrics
import Reactor

/// The orders database of a process, whichever it is: makes what its threads write and read with.
package enum OrderDatabase: Sendable {
    /// One writing connection for all workers.
    case sqlite(SQLiteOrderStore, path: String)
    /// One connection for each worker and each reader; none is made before it is needed.
    case mariadb(MariaDBDatabase)

    /// A file is opened here, and has to be there; a server need not answer yet.
    package init(_ location: DatabaseLocation, logger: Logger) throws {
        switch location {
        case .sqlite(let path): self = .sqlite(try SQLiteOrderStore(path: path), path: path)
        case .mariadb(let endpoint): self = .mariadb(MariaDBDatabase(endpoint) { logger.notice("\($0)") })
        }
    }

    /// For one worker; what it tries again by itself counts there as well.
    package func makeStore(counting metrics: WorkerMetrics? = nil) -> any OrderStore {
        switch self {
        case .sqlite(let store, _): store
        case .mariadb(let database): MariaDBOrderStore(database, metrics: metrics)
        }
    }

    /// For one thread that looks after all orders at once.
    package func makeMaintenance() -> any OrderMaintenance {
        switch self {
        case .sqlite(let store, _): store
        case .mariadb(let database): MariaDBMaintenance(database)
        }
    }

    /// For one reader thread.
    package func makeReader() throws -> any OrderReading {
        switch self {
        case .sqlite(_, let path): try SQLiteOrderReader(path: path)
        case .mariadb(let database): MariaDBOrderReader(database)
        }
    }
}

extension DatabaseLocation {
    /// For logs.
    package var place: String {
        switch self {
        case .sqlite(let path): path
        case .mariadb(let endpoint): "\(endpoint.address)/\(endpoint.database)"
        }
    }

    /// Why it doesn't answer; nil when it does. Takes some seconds when it doesn't.
    package func failure() -> String? {
        do {
            switch self {
            case .sqlite(let path): try check(file: path)
            case .mariadb(let endpoint): _ = try MariaDBDatabase(endpoint).check()
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A file that isn't there yet is made at the start, not by somebody who only looks.
    private func check(file path: String) throws {
        guard access(path, F_OK) != 0 else {
            _ = try SQLiteConnection.open(path: path).integer("SELECT count(*) FROM sqlite_schema")
            return
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard access(folder, W_OK) == 0 else { throw SystemError(call: "make \(path)") }
    }
}
