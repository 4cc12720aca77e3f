import Testing

@testable import Cache
@testable import Orders
@testable import Reactor

@Suite struct RedisKeyTests {
    private static let prefixes = RedisKey.Prefix.allCases.map { "\($0.text)" }
    private static let names = RedisKey.allCases.map { "\($0.name)" }

    @Test("No other Swift source spells a key")
    func spelling() {
        let table = "Sources/App/Cache/Redis/RedisKey.swift"
        let paths = SourceFiles.paths(in: "Sources", suffix: ".swift")
        #expect(paths.contains(table))
        for path in paths where path != table {
            let text = SourceFiles.text(path)
            for key in Self.prefixes + Self.names { #expect(!text.contains("\"\(key)"), "\(path) spells \(key)") }
        }
    }

    @Test("No key of one kind can be taken for one of another")
    func kinds() {
        for prefix in Self.prefixes {
            #expect(Self.prefixes.filter { $0.hasPrefix(prefix) } == [prefix])
            // A version of the list is a number.
            #expect(Self.names.allSatisfy { !$0.hasPrefix(prefix) || $0 == "orders:list:version" })
        }
    }

    private func written(_ append: (inout RedisCommand) -> Void) -> String {
        var command = RedisCommand()
        append(&command)
        return command.withBytes { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").last.map(String.init) ?? ""
        }
    }

    @Test("Keys are written as the contract has them")
    func contract() throws {
        let id = testID(1)
        #expect(written { $0.append(key: .pending, id) } == "temp_order:\(id)")
        #expect(written { $0.append(key: .detail, id) } == "orders:detail:\(id)")
        #expect(written { $0.append(key: .listVersion) } == "orders:list:version")
        for (text, key) in [
            ("", "orders:list:7"), ("limit=5", "orders:list:7:5::"), ("status=paid", "orders:list:7:100::paid"),
            ("limit=5&after=3&status=paid", "orders:list:7:5:3:paid"),
        ] {
            let query = try ListQuery(text: text)
            #expect(written { $0.append(pageOf: query, version: Array("7".utf8)) } == key)
        }
    }
}
