import Reactor
import Testing

@testable import Settings
@testable import Store

@Suite struct DatabaseLocationTests {
    @Test(
        "A SQLite URL is a path behind three slashes; a fourth one makes it absolute",
        arguments: [
            ("sqlite:///database.db", "database.db"), ("sqlite:////var/lib/orders.db", "/var/lib/orders.db"),
            ("sqlite:///./a b/ü.db", "./a b/ü.db"), ("sqlite:///../x", "../x"), ("sqlite:///a@b:c", "a@b:c"),
        ])
    func path(url: String, path: String) throws {
        #expect(try DatabaseLocation(url: url) == .sqlite(path: path))
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "database.db", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/x", "SQLITE:///x",
            "sqlite:///:memory:",
            "sqlite:///a.db?mode=ro", "file:///x", "mysql://h/d", "mysql:///d", "mysql://:p@h/d", "mysql://u:p@h",
            "mysql://u:p@h/", "mysql://u@h:0/d", "mysql://u@h:65536/d", "mysql://u@h:x/d", "mysql://u@h/d/e",
            "mysql://u@a@b/d", "mysql://u%zz@h/d", "mysql://u%00@h/d", "mysql://u@h/d?ssl=maybe",
            "mysql://u@h/d?ssl_ca=", "mysql+mysqldb://u@h/d", "postgresql://u@h/d", "mysql://[::1/d",
        ])
    func refused(url: String) {
        let error = #expect(throws: SettingError.self) { try DatabaseLocation(url: url, name: "DB") }
        #expect(
            error == SettingError(name: "DB", value: DatabaseLocation.masked(url), expected: DatabaseLocation.expected))
    }

    @Test(
        "A MySQL URL is split as SQLAlchemy does it, and its escapes are resolved",
        arguments: [
            ("mysql://u:p@h/d", MariaDBEndpoint(host: "h", user: "u", password: "p", database: "d")),
            (
                "mysql+pymysql://u:p@db.example.com:3307/d",
                MariaDBEndpoint(host: "db.example.com", port: 3307, user: "u", password: "p", database: "d")
            ),
            ("mariadb://u@h/d", MariaDBEndpoint(host: "h", user: "u", password: "", database: "d")),
            (
                "mariadb+pymysql://us%40er:p%40%3A%2F%3F%25@[::1]:1/d%20e",
                MariaDBEndpoint(host: "::1", port: 1, user: "us@er", password: "p@:/?%", database: "d e")
            ),
            ("mysql://u:a:/?b@h/d", MariaDBEndpoint(host: "h", user: "u", password: "a:/?b", database: "d")),
            ("mysql://u:p+q@/d", MariaDBEndpoint(host: "localhost", user: "u", password: "p+q", database: "d")),
        ])
    func endpoint(url: String, endpoint: MariaDBEndpoint) throws {
        #expect(try DatabaseLocation(url: url) == .mariadb(endpoint))
    }

    @Test(
        "TLS is asked for by ssl or by a file of authorities, and other parameters are passed over",
        arguments: [
            ("", TrustAnchors?.none), ("?", nil), ("?charset=utf8mb4&connect_timeout=5&x", nil),
            ("?ssl=false", nil), ("?ssl=0", nil), ("?ssl=true", .system), ("?charset=utf8&ssl=True", .system),
            ("?ssl=1&ssl_ca=/a%20b.pem", .file("/a b.pem")), ("?ca=/a.pem", .file("/a.pem")),
            ("?ssl_ca=/a.pem&note=me@home", .file("/a.pem")),
        ])
    func encryption(query: String, encryption: TrustAnchors?) throws {
        let wanted = MariaDBEndpoint(host: "h", user: "u", password: "p", database: "d", encryption: encryption)
        #expect(try DatabaseLocation(url: "mysql://u:p@h/d" + query) == .mariadb(wanted))
    }

    @Test("A socket takes the place of host and port")
    func socket() throws {
        let location = try DatabaseLocation(url: "mysql://u:p@/d?unix_socket=/run/mysqld.sock")
        guard case .mariadb(let endpoint) = location else { return #expect(Bool(false)) }
        #expect(endpoint.socketPath == "/run/mysqld.sock" && endpoint.address == "/run/mysqld.sock")
    }

    @Test("Without DATABASE_URL the parts make it, and what is missing is named")
    func parts() throws {
        #expect(try location([:]) == .sqlite(path: "database.db"))
        let parts = ["DB_HOST": "h", "DB_USER": "u", "DB_PASS": "p@%41", "DB_NAME": "d"]
        #expect(
            try location(parts)
                == .mariadb(MariaDBEndpoint(host: "h", user: "u", password: "p@%41", database: "d")))
        #expect(try location(parts.merging(["DB_PORT": "3307"]) { $1 }).description == "mysql://u:***@h:3307/d")
        #expect(
            try location(parts.merging(["DATABASE_URL": "sqlite:///x"]) { $1 }) == .sqlite(path: "x"))
        for missing in ["DB_HOST", "DB_USER", "DB_NAME"] {
            let error = #expect(throws: SettingError.self) { try location(parts.filter { $0.key != missing }) }
            #expect(error?.name == missing && error?.description.contains("p@") == false)
        }
        let error = #expect(throws: SettingError.self) { try location(parts.merging(["DB_PORT": "x"]) { $1 }) }
        #expect(error?.name == "DB_PORT")
    }

    @Test("No way to print a location prints its password")
    func printing() throws {
        let location = try DatabaseLocation(url: "mysql://u:secret@h/d?ssl=1")
        guard case .mariadb(let endpoint) = location else { return #expect(Bool(false)) }
        var dumped = ""
        dump(location, to: &dumped)
        dump(endpoint, to: &dumped)
        for text in ["\(location)", "\(endpoint)", String(reflecting: location), String(reflecting: endpoint), dumped] {
            #expect(!text.contains("secret") && text.contains("h:3306"))
        }
    }

    private func location(_ values: [String: String]) throws -> DatabaseLocation {
        try DatabaseLocation(SettingReader(flags: [:], environment: values, dotEnv: [:]))
    }

    @Test(
        "No password of a URL gets into a message",
        arguments: [
            ("mysql://user:secret@host/db", "mysql://user:***@host/db"),
            ("mysql+pymysql://user:s:e@c/r@et@host:3306/db", "mysql+pymysql://user:***@host:3306/db"),
            ("mysql://:secret@host", "mysql://:***@host"), ("mysql://user@host/db", "mysql://user@host/db"),
            ("mysql://host:3306/db", "mysql://host:3306/db"), ("mysql://user:@host", "mysql://user:***@host"),
            // Mistyped, and still a password.
            ("user:secret@host/db", "user:***@host/db"), ("mysql:/user:secret@host/db", "mysql:***@host/db"),
            ("sqlite:///plain.db", "sqlite:///plain.db"), ("", ""), ("@", "@"), ("://", "://"),
        ])
    func masks(url: String, masked: String) {
        #expect(DatabaseLocation.masked(url) == masked)
        let error = #expect(throws: SettingError.self) { try DatabaseLocation(url: url + "?ssl=maybe") }
        #expect(error?.description.contains("secret") == false)
    }
}
