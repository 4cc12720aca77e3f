import TestServers
import Testing

@testable import App
@testable import Settings
@testable import Store

/// The files that are made from the catalog are those that it makes now.
///
/// With SETTINGS_DOCS=write they are written first.
@Suite struct SettingDocumentsTests {
    private static let root = "\(#filePath)".split(separator: "/Tests/AppTests/").first.map(String.init) ?? "."

    private static func file(_ name: String) throws -> String {
        try #require(FileContent.text(of: "\(root)/\(name)"), "\(name)")
    }

    private static func expect(_ name: String, is expected: String) throws {
        if Environment.variables()["SETTINGS_DOCS"] == "write" {
            FileContent.write(Array(expected.utf8), to: "\(root)/\(name)")
        }
        let changes = LineChanges.text(from: try file(name), to: expected)
        #expect(changes.isEmpty, "\(name) is out of date, `make settings-docs` writes it anew:\n\(changes)")
    }

    @Test(".env.example is what the catalog makes")
    func example() throws { try Self.expect(".env.example", is: SettingDocuments.example) }

    @Test("The tables of docs/configuration.md are what the catalog makes")
    func page() throws {
        let name = "docs/configuration.md"
        let page = try #require(SettingDocuments.configurationPage(Self.file(name)), "it has no marks")
        try Self.expect(name, is: page)
    }

    @Test("Each setting has a row of its own in the page, in which nothing breaks the table")
    func rows() throws {
        let page = try #require(
            SettingDocuments.configurationPage("\(SettingDocuments.begin)\n\(SettingDocuments.end)\n"))
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let names = rows.compactMap { $0.firstMatch(of: /^\| `([A-Z_]+)` \|/).map { String($0.1) } }
        #expect(names == SettingCatalog.groups.flatMap { $0.settings }.map { $0.name })
        #expect(rows.allSatisfy { $0.replacing("\\|", with: "").count { $0 == "|" } == 5 })
        #expect(SettingDocuments.configurationPage("no marks") == nil)
    }

    @Test("Whoever takes in every line of .env.example changes nothing")
    func changesNothing() throws {
        let lines = try Self.file(".env.example").split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("#") && $0.count <= 120 })
        let entries = lines.filter { !$0.hasPrefix("# ") }.map { String($0.dropFirst()) }
        let values = try DotEnv.parse(entries.joined(separator: "\n"))
        #expect(entries.count == values.count)
        let settings = SettingCatalog.groups.flatMap { $0.settings }
        #expect(settings.map { $0.name }.sorted() == values.keys.sorted())
        for setting in settings { #expect(values[setting.name] == setting.defaultText ?? "", "\(setting.name)") }
        let reader = SettingReader(flags: [:], environment: [:], dotEnv: values)
        #expect(try Configuration(reader, processors: 2).database == DatabaseLocation(path: "database.db"))
    }

    @Test("What has changed is told by line")
    func lineChanges() {
        #expect(LineChanges.text(from: "a\nb\nc", to: "a\nb\nc").isEmpty)
        #expect(LineChanges.text(from: "a\nb\nc", to: "a\nx\nc\nd") == "-2: b\n+2: x\n+4: d")
    }
}

/// The lines in which two texts differ.
private enum LineChanges {
    static func text(from old: String, to new: String) -> String {
        let lines = [old, new].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
        let changes = lines[1].difference(from: lines[0]).map { change -> (line: Int, text: String) in
            switch change {
            case .remove(let index, let line, _): (index, "-\(index + 1): \(line)")
            case .insert(let index, let line, _): (index, "+\(index + 1): \(line)")
            }
        }
        // Sorting isn't stable by promise, so what was removed is told first by its sign.
        return changes.sorted { ($0.line, $1.text) < ($1.line, $0.text) }.map(\.text).joined(separator: "\n")
    }
}
