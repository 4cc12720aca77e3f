import TestServers
import Testing

@testable import App

/// What is said of the settings, in `.env.example` and in docs/configuration.md, is what the code has.
@Suite struct DocumentedSettingsTests {
    private let settings: SettingList
    private static let root = "\(#filePath)".split(separator: "/Tests/AppTests/").first.map(String.init) ?? "."
    /// Read by the scripts, not by the service.
    private static let ofScripts: Set<String> = [
        "SPLIT_WORKERS", "SPILLWAY_BINARY", "START_TIMEOUT_SECONDS", "STOP_MARGIN_SECONDS",
    ]
    /// Their defaults follow from something else.
    private static let derived: Set<String> = ["API_WORKERS"]

    init() throws { settings = try SettingList() }

    private static func file(_ name: String) throws -> String {
        try #require(FileContent.text(of: "\(root)/\(name)"), "\(name)")
    }

    @Test("Each flag is spelt as a setting that is read, and only secrets have none")
    func flags() {
        let all = Set(settings.defaults.keys)
        #expect(settings.withFlag.subtracting(all).isEmpty)
        let without = all.subtracting(settings.withFlag)
        let secret: Set<String> = [
            "ADMIN_PASSWORD", "RABBITMQ_PASSWORD", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASS", "DB_NAME",
        ]
        #expect(without == secret, "\(without.symmetricDifference(secret))")
    }

    @Test("The scripts read the settings that are told as theirs, besides some of the service")
    func scripts() throws {
        let scripts = try ["services.sh", "start_services.sh", "stop_services.sh"].map(Self.file).joined()
        let names = Set(scripts.matches(of: #/setting ([A-Z_]+) /#).map { String($0.1) }).subtracting(["NAME"])
        #expect(names.subtracting(settings.defaults.keys) == Self.ofScripts)
        #expect(names.intersection(settings.defaults.keys) == ["HOST", "PORT", "SHUTDOWN_GRACE_SECONDS"])
    }

    @Test(".env.example has every setting once, as a comment with its default")
    func example() throws {
        let text = try Self.file(".env.example")
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("#") })
        let entries = lines.filter { !$0.hasPrefix("# ") }.map { String($0.dropFirst()) }
        let values = try DotEnv.parse(entries.joined(separator: "\n"))
        #expect(entries.count == values.count)
        let known = Self.ofScripts.union(settings.defaults.keys)
        #expect(Set(values.keys) == known, "\(known.symmetricDifference(values.keys))")
        for (name, fallback) in settings.defaults where !Self.derived.contains(name) {
            // Where the code has nothing, a line may say what comes of that.
            #expect(values[name] == fallback ?? values[name], "\(name)")
        }
        #expect(values["API_WORKERS"] == "")
        // As a whole it changes nothing.
        let reader = SettingReader(flags: [:], environment: [:], dotEnv: values)
        #expect(try Configuration(reader, processors: 2).database == DatabaseLocation(path: "database.db"))
        for name in ["ADMIN_PASSWORD", "DB_HOST", "DB_PASS", "REDIS_CA_FILE", "RABBITMQ_CA_FILE"] {
            #expect(values[name] == "", "\(name)")
        }
    }

    @Test("The table of docs/configuration.md has every setting once, with its default")
    func table() throws {
        let text = try Self.file("docs/configuration.md")
        let start = try #require(text.firstRange(of: "\n<!-- settings: begin -->\n")).upperBound
        let end = try #require(text.firstRange(of: "\n<!-- settings: end -->\n")).lowerBound
        var values: [String: String] = [:]
        for line in text[start..<end].split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|", maxSplits: 2).map(Self.words)
            let (names, defaults) = (cells[0], cells[1])
            #expect(names.count == defaults.count, "\(line)")
            for (name, value) in zip(names, defaults) {
                #expect(values.updateValue(value, forKey: name) == nil, "\(name) stands twice")
            }
        }
        let known = Self.ofScripts.union(settings.defaults.keys)
        #expect(Set(values.keys) == known, "\(known.symmetricDifference(values.keys))")
        for case (let name, let fallback?) in settings.defaults where !Self.derived.contains(name) {
            // A long one is told above the table.
            guard values[name] != "see above" else { continue }
            #expect(values[name].map(Self.inBytes) == fallback, "\(name)")
        }
    }

    /// `64 MiB` as the number that one has to write.
    private static func inBytes(_ text: String) -> String {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let number = Int(parts[0]) else { return text }
        switch parts[1] {
        case "KiB": return "\(number << 10)"
        case "MiB": return "\(number << 20)"
        default: return text
        }
    }

    /// Those of a cell, between its commas.
    private static func words(_ cell: Substring) -> [String] {
        func isAround(_ character: Character) -> Bool { character == " " || character == "`" }
        return cell.split(separator: ",").map { word in
            String(word.drop(while: isAround).reversed().drop(while: isAround).reversed())
        }
    }
}
