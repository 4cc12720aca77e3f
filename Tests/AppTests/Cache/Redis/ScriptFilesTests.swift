import TestServers
import Testing

@testable import Cache

/// The files that the build makes ``CacheScript`` of.
@Suite struct ScriptFilesTests {
    private static let folder = "Sources/App/Cache/Redis/Scripts"

    private func lines(_ script: CacheScript) -> [Substring] {
        SourceFiles.text("\(Self.folder)/\(script).lua").split(separator: "\n")
    }

    /// The elements of a header's list, without what is in parentheses: only in a list of any length may those hold
    /// commas, because the plugin counts them.
    private func elements(_ header: String, of script: CacheScript) throws -> [String] {
        let line = try #require(lines(script).first { $0.hasPrefix("-- \(header): ") })
        let list = line.dropFirst("-- \(header): ".count)
        return list == "none" ? [] : list.replacing(#/\(.*\)/#, with: "").split(separator: ", ").map(String.init)
    }

    /// Checks what a header says of `KEYS` or `ARGV` against the script.
    private func check(_ name: String, _ count: Int?, of script: CacheScript) throws {
        let listed = try elements(name, of: script)
        let used = Set(
            try script.source.matches(of: Regex("\(name)\\[(\\d+)\\]", as: (Substring, Substring).self))
                .compactMap { Int($0.output.1) })
        #expect((count == nil) == script.source.contains("#\(name)"), "\(script)")
        if let count {
            #expect(listed.count == count && used == Set(1..<(count + 1)), "\(script)")
        } else {
            #expect(listed.last?.hasSuffix("...") == true && used.allSatisfy { $0 < listed.count }, "\(script)")
        }
    }

    @Test("Every file is a script of the same name, sent without its comments")
    func files() {
        let paths = SourceFiles.paths(in: Self.folder, suffix: ".lua")
        #expect(paths == CacheScript.allCases.map { "\(Self.folder)/\($0).lua" })
        for script in CacheScript.allCases {
            #expect(CacheScript.sources[script.rawValue] == script.source)
            let code = lines(script).drop { $0.hasPrefix("--") }
            #expect(script.source == code.joined(separator: "\n"), "\(script)")
        }
    }

    @Test("The header lists the keys and arguments that the script takes", arguments: CacheScript.allCases)
    func header(script: CacheScript) throws {
        try check("KEYS", script.keyCount, of: script)
        try check("ARGV", script.argumentCount, of: script)
    }

    @Test("A script names no key that isn't in the table of keys", arguments: CacheScript.allCases)
    func keys(script: CacheScript) throws {
        let names = RedisKey.allCases.map { "\($0.name)" }
        let prefixes = RedisKey.Prefix.allCases.map { "\($0.text)" }
        // As the headers write them. Where a script takes any number of keys, dots follow.
        let kinds = Set(
            RedisKey.Prefix.allCases.map { kind in
                "\(kind.text)\(kind == .claim ? "{key}" : "{id}")\(kind.suffix)"
            })
        for element in try elements("KEYS", of: script) {
            let key = element.replacing("...", with: "")
            #expect(kinds.contains(key) || names.contains(key), "\(script) \(key)")
        }
        for literal in script.source.matches(of: #/'((?:temp_|orders:)[^']*)'/#) {
            #expect((names + prefixes).contains(String(literal.output.1)), "\(script) \(literal.output.1)")
        }
        // Where the order id begins in the key of a pending order.
        for cut in script.source.matches(of: #/string\.sub\((?:order|KEYS\[\w\]), (\d+)\)/#) {
            #expect(Int(cut.output.1) == "\(RedisKey.Prefix.pending.text)".count + 1, "\(script)")
        }
    }

    @Test("Redis compiles each of them")
    func load() throws {
        let redis = try RedisServer()
        for script in CacheScript.allCases {
            let hash = try redis.ask("SCRIPT", "LOAD", script.source)
            #expect(hash.count == 40 && hash.allSatisfy(\.isHexDigit), "\(script): \(hash)")
        }
    }
}
