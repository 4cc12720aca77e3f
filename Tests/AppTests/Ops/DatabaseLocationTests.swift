import Testing

@testable import App

@Suite struct DatabaseLocationTests {
    @Test(
        "A SQLite URL is a path behind three slashes; a fourth one makes it absolute",
        arguments: [
            ("sqlite:///database.db", "database.db"), ("sqlite:////var/lib/orders.db", "/var/lib/orders.db"),
            ("sqlite:///./a b/ü.db", "./a b/ü.db"), ("sqlite:///../x", "../x"), ("sqlite:///a@b:c", "a@b:c"),
        ])
    func path(url: String, path: String) throws {
        #expect(try DatabaseLocation(url: url).path == path)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "database.db", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/x", "SQLITE:///x",
            "sqlite:///:memory:",
            "sqlite:///a.db?mode=ro", "mysql://h/d", "file:///x",
        ])
    func refused(url: String) {
        let error = #expect(throws: SettingError.self) { try DatabaseLocation(url: url, name: "DB") }
        #expect(error == SettingError(name: "DB", value: url, expected: DatabaseLocation.expected))
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
        let error = #expect(throws: SettingError.self) { try DatabaseLocation(url: url + "?") }
        #expect(error?.description.contains("secret") == false)
    }
}
