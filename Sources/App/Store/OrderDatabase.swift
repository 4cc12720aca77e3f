import Logging

/// The orders database of a process, whichever it is: makes what its threads write and read with.
enum OrderDatabase: Sendable {
    /// One writing connection for all workers.
    case sqlite(SQLiteOrderStore, path: String)

    /// A file is opened here, and has to be there.
    init(_ location: DatabaseLocation, logger: Logger) throws {
        self = .sqlite(try SQLiteOrderStore(path: location.path), path: location.path)
    }

    /// For one worker.
    func makeStore() -> any OrderStore {
        switch self {
        case .sqlite(let store, _): store
        }
    }

    /// For one reader thread.
    func makeReader() throws -> any OrderReading {
        switch self {
        case .sqlite(_, let path): try SQLiteOrderReader(path: path)
        }
    }
}

extension DatabaseLocation {
    /// For logs.
    var place: String { path }

    /// Why it doesn't answer; nil when it does. Takes some seconds when it doesn't.
    func failure() -> String? {
        do throws(SQLiteError) {
            _ = try SQLiteConnection.open(path: path, settings: SQLiteSettings()).integer("SELECT 1")
            return nil
        } catch {
            return error.description
        }
    }
}
