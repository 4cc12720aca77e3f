import Testing

@testable import Cache
@testable import Orders
@testable import Reactor
@testable import Store

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
            for key in Set(Self.prefixes + Self.names) { #expect(!text.contains("\"\(key)"), "\(path) spells \(key)") }
        }
    }

    @Test("No key of one kind can be taken for one of another")
    func kinds() {
        // Around an id, what stands behind it tells them apart.
        let kinds = RedisKey.Prefix.allCases.map { "\($0.text)|\($0.suffix)" }
        #expect(Set(kinds).count == kinds.count)
        for prefix in Set(Self.prefixes) {
            #expect(Set(Self.prefixes).filter { $0.hasPrefix(prefix) } == [prefix])
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

    @Test("A version is written as 16 hexadecimal digits, which sort as versions do")
    func version() {
        let numbers: [UInt64] = [0, 1, 0x0197_0000_0000_0000, 0x0197_0000_00ab_cdef, UInt64(Int64.max)]
        let texts = numbers.map { number in written { $0.append(version: OrderVersion(number: number)) } }
        #expect(texts[3] == "0197000000abcdef" && texts.allSatisfy { $0.utf8.count == 16 })
        #expect(texts.sorted() == texts)
    }

    @Test(
        "What the keeper tells of a write is its order, its version and whether it is there", arguments: [true, false])
    func settled(isShown: Bool) {
        var command = RedisCommand()
        command.append(
            SettledWrite(orderID: testID(1), version: OrderVersion(number: 0xabc), isShown: isShown))
        let words = command.withBytes { String(decoding: $0, as: UTF8.self) }.split(separator: "\r\n")
        #expect(
            words.filter { !$0.hasPrefix("$") }.suffix(3) == ["\(testID(1))", "0000000000000abc", isShown ? "1" : "0"])
    }

    @Test("Keys are written as the contract has them")
    func contract() throws {
        let id = testID(1)
        #expect(written { $0.append(key: .pending, id) } == "temp_order:\(id)")
        #expect(written { $0.append(key: .detail, id) } == "orders:detail:\(id)")
        #expect(written { $0.append(key: .listVersion) } == "orders:list:version")
        // Each beside its order, in one slot of a Redis Cluster.
        #expect(written { $0.append(key: .pendingVersion, id) } == "{temp_order:\(id)}:version")
        #expect(written { $0.append(key: .lock, id) } == "{temp_order:\(id)}:lock")
        #expect(written { $0.append(key: .detailVersion, id) } == "orders:version:{orders:detail:\(id)}")
        for (text, key) in [
            ("", "orders:list:7"), ("limit=5", "orders:list:7:5::"), ("status=paid", "orders:list:7:100::paid"),
            ("limit=5&after=3&status=paid", "orders:list:7:5:3:paid"),
        ] {
            let query = try ListQuery(text: text)
            #expect(written { $0.append(pageOf: query, version: Array("7".utf8)) } == key)
        }
    }
}
