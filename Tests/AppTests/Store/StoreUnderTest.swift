import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

/// The stores that have to behave alike.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case mariadb = "MariaDB"

    var testDescription: String { rawValue }
}

/// An empty database of one kind, with a store and a reader of it, and a way to look behind them.
final class StoreUnderTest {
    let store: any OrderStore
    let reader: any OrderReading
    private let inspector: Inspector

    private enum Inspector {
        case sqlite(TemporaryDirectory)
        case mariadb(MariaDBEndpoint)
    }

    init(_ kind: StoreKind) throws {
        switch kind {
        case .sqlite:
            let directory = TemporaryDirectory()
            inspector = .sqlite(directory)
            store = try SQLiteOrderStore(path: directory.file("orders.db"))
            reader = try SQLiteOrderReader(path: directory.file("orders.db"))
        case .mariadb:
            let endpoint = try MariaServer.shared().makeEndpoint()
            inspector = .mariadb(endpoint)
            let database = MariaDBDatabase(endpoint)
            try database.install()
            store = MariaDBOrderStore(database)
            reader = MariaDBOrderReader(database)
        }
    }

    /// Makes another store of the same database, as for another worker or process.
    var storeMaker: @Sendable () throws -> any OrderStore {
        switch inspector {
        case .sqlite(let directory):
            let path = directory.file("orders.db")
            return { try SQLiteOrderStore(path: path) }
        case .mariadb(let endpoint): return { MariaDBOrderStore(MariaDBDatabase(endpoint)) }
        }
    }

    func apply(_ batch: borrowing JobBatch, partition: Int = 0) throws -> ApplyResult {
        try store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
    }

    /// Empty when there is none.
    func order(_ number: Int) throws -> String {
        var buffer = ByteBuffer()
        let stored = try reader.order(testID(number), into: &buffer)
        let text = buffer.string
        if case .found = stored { #expect(text != "") } else { #expect(text == "") }
        return text
    }

    func state(_ number: Int) throws -> StoredOrder {
        var buffer = ByteBuffer()
        return try reader.order(testID(number), into: &buffer)
    }

    func page(limit: Int, after cursor: Int64?, status: String? = nil) throws -> Page {
        var buffer = ByteBuffer()
        var name = ByteBuffer()
        if let status { name.append(string: status) }
        try reader.page(limit: limit, after: cursor, status: status == nil ? nil : name.bytes, into: &buffer)
        return Page(text: buffer.string)
    }

    func total() throws -> Int64? { try integer("SELECT total FROM order_counter") }

    func count(_ table: String) throws -> Int64? { try integer("SELECT count(*) FROM \(table)") }

    func integer(_ sql: String) throws -> Int64? {
        switch inspector {
        case .sqlite(let directory): try SQLiteConnection.open(path: directory.file("orders.db")).integer(sql)
        case .mariadb(let endpoint): try MariaDBConnection.open(endpoint, .maintenance).integer(sql)
        }
    }

    /// What a query returns, as text; NULL is "-".
    func rows(_ sql: String, columns: Int32) throws -> [[String]] {
        var result: [[String]] = []
        switch inspector {
        case .sqlite(let directory):
            let statement = try SQLiteStatement(SQLiteConnection.open(path: directory.file("orders.db")), sql)
            while try statement.step() {
                result.append((0..<columns).map { statement.withText($0) { $0?.string ?? "-" } })
            }
        case .mariadb(let endpoint):
            let rows = try MariaDBConnection.open(endpoint, .maintenance).query(sql)
            while rows.step() { result.append((0..<columns).map { rows.string($0) ?? "-" }) }
        }
        return result
    }

    func run(_ sql: String) throws {
        switch inspector {
        case .sqlite(let directory): try SQLiteConnection.open(path: directory.file("orders.db")).execute(sql)
        case .mariadb(let endpoint): _ = try MariaDBConnection.open(endpoint, .maintenance).run(sql)
        }
    }

    /// A second one of the same database, as after a restart.
    func otherStore() throws -> any OrderStore {
        switch inspector {
        case .sqlite(let directory): try SQLiteOrderStore(path: directory.file("orders.db"))
        case .mariadb(let endpoint): MariaDBOrderStore(MariaDBDatabase(endpoint))
        }
    }

    func makeMaintenance() throws -> any OrderMaintenance {
        switch inspector {
        case .sqlite(let directory): try SQLiteOrderStore(path: directory.file("orders.db"))
        case .mariadb(let endpoint): MariaDBMaintenance(MariaDBDatabase(endpoint))
        }
    }

    /// Makes the database refuse rows of `table` for which `condition` holds.
    func refuse(_ table: String, where condition: String, saying message: String) throws {
        switch inspector {
        case .sqlite(let directory):
            try SQLiteConnection.open(path: directory.file("orders.db")).execute(
                """
                CREATE TRIGGER refuse_\(table) BEFORE INSERT ON \(table) WHEN \(condition)
                BEGIN SELECT RAISE(ABORT, '\(message)'); END
                """)
        case .mariadb(let endpoint):
            try MariaDBConnection.open(endpoint, .maintenance).run(
                """
                CREATE TRIGGER refuse_\(table) BEFORE INSERT ON \(table) FOR EACH ROW
                IF \(condition) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '\(message)'; END IF
                """)
        }
    }

    /// Puts an order far above all others in the list.
    func insertOrder(position: Int64) throws {
        switch inspector {
        case .sqlite(let directory):
            try SQLiteConnection.open(path: directory.file("orders.db")).execute(
                "INSERT INTO orders (rowid, id, customer_name, status) VALUES (\(position), 'x', 'x', 'y')")
        case .mariadb(let endpoint):
            try MariaDBConnection.open(endpoint, .maintenance).run(
                "INSERT INTO orders (seq, id, customer_name, status) VALUES (\(position), 'x', 'x', 'y')")
        }
    }

    struct Page {
        let text: String

        var ids: [String] {
            text.split(separator: #"{"order_id":""#, omittingEmptySubsequences: false).dropFirst().map {
                String($0.prefix(36))
            }
        }

        var next: Int64? {
            let tail = text[text.ranges(of: #""next":"#).last!.upperBound...].dropLast()
            return tail == "null" ? nil : Int64(tail.dropFirst().dropLast())
        }
    }
}

extension MariaServer {
    /// Of an empty database of its own.
    func makeEndpoint(characterSet: String = "utf8mb4") throws -> MariaDBEndpoint {
        MariaDBEndpoint(
            host: "127.0.0.1", port: port, user: Self.user, password: Self.password,
            database: try makeDatabase(characterSet: characterSet))
    }
}
