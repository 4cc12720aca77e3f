import Testing

@testable import Orders

@Suite struct JSONParserTests {
    private func error(_ json: some Collection<UInt8>, maximumBytes: Int = 1 << 20) -> JSONError? {
        var parser = JSONParser(maximumBytes: maximumBytes)
        do throws(JSONError) {
            _ = try withGuardedBytes(json) { (bytes) throws(JSONError) in try parser.parse(bytes) }
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "What is not JSON is refused, with its reason",
        arguments: [
            ("", .empty), (" \t\r\n", .empty),
            ("{", .badStructure), ("{}x", .badStructure), ("{} {}", .badStructure), (#"{"a":1,}"#, .badStructure),
            ("[1 2]", .badStructure), ("{1:2}", .badStructure), ("[1,]", .badStructure), ("{'a':1}", .badStructure),
            ("[1]//", .badStructure), ("NaN", .badStructure), ("[tru]", .badStructure), ("[nul]", .badStructure),
            ("\u{FEFF}{}", .badStructure),
            ("\"", .badString), ("[\"a\\", .badString), ("[\"a\nb\"]", .badString), ("[\"\u{1}\"]", .badString),
            (#"["\x41"]"#, .badString), (#"["\u12"]"#, .badString), (#"["\u12g4"]"#, .badString),
            ("[01]", .badNumber), ("[1.]", .badNumber), ("[-]", .badNumber), ("[1e]", .badNumber),
            ("[1a]", .badNumber), ("[18446744073709551616]", .badNumber), ("[1e400]", .badNumber),
        ] as [(String, JSONError)])
    func notJSON(text: String, expected: JSONError) {
        #expect(error(text.utf8) == expected)
    }

    @Test(
        "Lone surrogates are refused, since no text can hold them",
        arguments: [
            #"\ud83d"#, #"\ude00"#, #"\ud83dx"#, #"\ud83d\n"#, #"\ud83d\u0041"#, #"\ud83d\ud83d"#, #"\ude00\ud83d"#,
        ])
    func loneSurrogates(escape: String) {
        #expect(error("[\"\(escape)\"]".utf8) == .badString)
        #expect(error("{\"\(escape)\":1}".utf8) == .badString)
    }

    @Test(
        "What is not UTF-8 is refused",
        arguments: [
            // Overlong forms, a surrogate, beyond U+10FFFF, a lone continuation byte, a cut-off scalar, bytes never
            // used.
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0xAF],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xBF],
            [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFE], [0xFF],
        ] as [[UInt8]])
    func notUTF8(sequence: [UInt8]) {
        // At every place of a vector, so that none of the ways in which a block is loaded is left out.
        for before in 0..<130 {
            let text = Array(repeating: UInt8(ascii: "a"), count: before) + sequence
            #expect(error(Array("[\"".utf8) + text + Array("\"]".utf8)) == .badUTF8)
        }
    }

    @Test("Nesting is limited to 32, and what is far deeper costs no memory")
    func nesting() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(error(nested(32)) == nil)
        #expect(error(nested(33)) == .tooDeep)
        #expect(error(nested(500_000)) == .tooDeep)
        #expect(error(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) != nil)
    }

    @Test("A document of the greatest size is read, one byte more is refused unread")
    func greatestSize() {
        let document = Array("[\"".utf8) + Array(repeating: UInt8(ascii: "x"), count: 9996) + Array("\"]".utf8)
        #expect(error(document, maximumBytes: 10_000) == nil)
        #expect(error(document, maximumBytes: 9999) == .tooLarge)
    }

    @Test("Documents of every length up to some vectors stay within their padding")
    func everyLength() {
        var parser = JSONParser(maximumBytes: 1 << 20)
        for length in 0..<300 {
            let text = String(repeating: "x", count: length)
            for json in [
                "\"\(text)\"", "[\"\(text)\\\\\"]", "{\"\(text)\":\"\(text)\"}", "1\(text.isEmpty ? "" : "0")",
            ] {
                #expect(throws: Never.self) {
                    try withGuardedBytes(json.utf8) { (bytes) throws(JSONError) in _ = try parser.parse(bytes) }
                }
            }
        }
    }

    @Test("Objects and arrays are visited in the order of the text, duplicates included")
    func iteration() throws {
        var parser = JSONParser(maximumBytes: 1 << 20)
        let json = #"{"a":[1,-9223372036854775808,[],"x"],"":null,"a":{"k":true},"n":9223372036854775808,"f":1e0}"#
        let value = try withGuardedBytes(json.utf8) { (bytes) throws(JSONError) in try parser.parse(bytes) }
        // The input is gone by now: values live in the parser.
        #expect(describe(value) == #"{a:[1 -9223372036854775808 [] x] :null a:{k:boolean} n:number f:number}"#)
    }

    @Test("An array knows its count")
    func arrayCount() throws {
        var parser = JSONParser(maximumBytes: 1 << 20)
        for count in [0, 1, 2, 100, 70_000] {
            let json = "[" + Array(repeating: "[0]", count: count).joined(separator: ",") + "]"
            let value = try withGuardedBytes(json.utf8) { (bytes) throws(JSONError) in try parser.parse(bytes) }
            guard case .array(let array) = value else {
                Issue.record("not an array")
                continue
            }
            #expect(array.count == count)
            #expect(array.reduce(0) { total, _ in total + 1 } == count)
        }
    }

    private func describe(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .boolean: "boolean"
        case .integer(let number): "\(number)"
        case .otherNumber: "number"
        case .string(let text): text.string
        case .array(let array): "[" + array.map(describe).joined(separator: " ") + "]"
        case .object(let object):
            "{" + object.map { "\($0.key.string):\(describe($0.value))" }.joined(separator: " ") + "}"
        }
    }
}
