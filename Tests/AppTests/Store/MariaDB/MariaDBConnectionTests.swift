import Reactor
import TestServers
import Testing

@testable import Store

@Suite struct MariaDBConnectionTests {
    let endpoint: MariaDBEndpoint

    init() throws { endpoint = try MariaServer.shared().makeEndpoint() }

    @Test(
        "Any text comes back as it was given, whatever it holds",
        arguments: [
            "", "'", "\\", "\\'; DROP TABLE x; --", "a\0b\n\r\u{1a}\"%_", "日本 𝄞 😀", String(repeating: "'", count: 5000),
        ])
    func literals(text: String) throws {
        let connection = try MariaDBConnection.open(endpoint, .writer)
        var source = ByteBuffer()
        source.append(string: text)
        var sql = ByteBuffer()
        sql.append("SELECT ")
        connection.append(literal: source.bytes, to: &sql)
        let rows = try connection.query(sql.bytes)
        let (hasRow, value, hasMore) = (rows.step(), rows.string(0), rows.step())
        #expect(hasRow && value == text && !hasMore)
    }

    @Test("The session is strict and speaks UTF-8, whatever the server's defaults are")
    func session() throws {
        let connection = try MariaDBConnection.open(endpoint, .writer)
        try connection.run("CREATE TABLE t (a VARCHAR(3), b INTEGER) CHARACTER SET utf8mb4")
        for (values, code) in [("'abcd', 1", 1406), ("'a', 3000000000", 1264), ("'a', 'x'", 1366)] as [(String, UInt32)]
        {
            let error = #expect(throws: MariaDBError.self) {
                try connection.run("INSERT INTO t VALUES (\(values))")
            }
            #expect(error?.code == code && error?.kind == .refusedRow)
        }
        #expect(try connection.run("INSERT INTO t VALUES ('😀日本', 1), ('x', 2)") == 2)
        // Matched, not only changed.
        #expect(try connection.run("UPDATE t SET b = 2") == 2)
        #expect(try connection.integer("SELECT max(char_length(a)) FROM t") == 3)
    }

    @Test("Many statements go at once; the first that fails ends them, and those before it are told")
    func script() throws {
        let connection = try MariaDBConnection.open(endpoint, .writer)
        try connection.run("CREATE TABLE t (a INTEGER PRIMARY KEY)")
        var matched: [Int] = []
        var sql = ByteBuffer()
        sql.append("INSERT INTO t VALUES (1),(2);DELETE FROM t WHERE a = 9;UPDATE t SET a = a + 10;")
        try connection.runAll(sql.bytes, matched: &matched)
        #expect(matched == [2, 0, 2])
        sql.removeAll()
        matched = []
        sql.append("INSERT INTO t VALUES (3);INSERT INTO t VALUES (11);INSERT INTO t VALUES (4);")
        let error = #expect(throws: MariaDBError.self) { try connection.runAll(sql.bytes, matched: &matched) }
        #expect(error?.kind == .duplicate && matched == [1])
        #expect(try connection.integer("SELECT count(*) FROM t") == 3)
    }

    @Test("A reader's session changes nothing")
    func readOnly() throws {
        try MariaDBConnection.open(endpoint, .writer).run("CREATE TABLE t (a INTEGER)")
        let error = #expect(throws: MariaDBError.self) {
            try MariaDBConnection.open(endpoint, .reader).run("INSERT INTO t VALUES (1)")
        }
        #expect(error?.code == 1792)
    }

    @Test("What keeps it from connecting is one clear sentence without the password")
    func refusals() throws {
        var wrongPassword = endpoint
        wrongPassword.password = "secret"
        var wrongDatabase = endpoint
        wrongDatabase.database = "nowhere"
        var wrongPort = endpoint
        wrongPort.port = FreePort.next()
        var wrongHost = endpoint
        wrongHost.host = "host.invalid"
        var missingSocket = endpoint
        missingSocket.socketPath = "/nowhere/socket"
        let at = "connect to 127.0.0.1:"
        for (endpoint, kind, words) in [
            (wrongPassword, MariaDBError.Kind.accessDenied, "\(at)\(endpoint.port): Access denied for user"),
            (wrongDatabase, .other, "\(at)\(endpoint.port): Unknown database"),
            (wrongPort, .connectionLost, "\(at)\(wrongPort.port): nobody accepts connections there"),
            (wrongHost, .connectionLost, "connect to host.invalid:\(endpoint.port): Unknown server host"),
            (missingSocket, .connectionLost, "connect to /nowhere/socket: nobody accepts connections there"),
        ] {
            let error = #expect(throws: MariaDBError.self) { _ = try MariaDBConnection.open(endpoint, .reader) }
            #expect(error?.kind == kind, "\(String(describing: error))")
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test("A server that says nothing is given up after the connect timeout")
    func silence() throws {
        let server = try SilentServer()
        var silent = endpoint
        silent.port = server.port
        let start = Timeout.now()
        let error = #expect(throws: MariaDBError.self) { _ = try MariaDBConnection.open(silent, .reader) }
        #expect(error?.kind == .connectionLost && Timeout.now() - start < 2.9)
        #expect(error?.message == "connect to 127.0.0.1:\(server.port): no answer within 2 seconds")
    }
}
