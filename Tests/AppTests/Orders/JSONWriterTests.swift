import Reactor
import Testing

@testable import Orders

@Suite struct JSONWriterTests {
    private func object(_ members: (inout JSONWriter) -> Void) -> String {
        var buffer = ByteBuffer()
        buffer.appendJSONObject(members)
        return buffer.string
    }

    private func value(_ value: some JSONWritable) -> String {
        var buffer = ByteBuffer()
        value.appendJSON(to: &buffer)
        return buffer.string
    }

    @Test("A comma stands between any two values of a container, and nowhere else")
    func commas() {
        #expect(object { _ in } == "{}")
        #expect(object { $0.member("a", 1) } == #"{"a":1}"#)
        let text = object { json in
            json.object("empty") { _ in }
            json.array("none") { _ in }
            json.object("inner") { json in
                json.member("a", 1)
                json.object("deeper") { $0.member("b", 2) }
                json.member("c", 3)
            }
            json.array("list") { json in
                json.object { $0.member("d", 4) }
                json.object { _ in }
                json.object { $0.array("e") { _ in } }
            }
            json.member("f", 5)
        }
        #expect(
            text == #"{"empty":{},"none":[],"inner":{"a":1,"deeper":{"b":2},"c":3},"#
                + #""list":[{"d":4},{},{"e":[]}],"f":5}"#)
    }

    @Test("What stands in the buffer stays there")
    func appends() {
        var buffer = ByteBuffer()
        buffer.append("data: ")
        buffer.appendJSONObject { $0.member("a", 1) }
        buffer.append("\n")
        buffer.appendJSONObject { $0.member("b", 2) }
        #expect(buffer.string == "data: {\"a\":1}\n{\"b\":2}")
    }

    @Test("Texts are escaped, also as names that are known at run time alone")
    func texts() throws {
        let name = "a\"\\\n\u{1}é"
        let text = object { json in
            json.member(named: name, name)
            json.object(named: "\(name)2") { $0.member("static", "s\"" as StaticString) }
        }
        let expected: DescribedAPI.Node = .object([
            name: .string(name), "\(name)2": .object(["static": .string("s\"")]),
        ])
        #expect(try DescribedAPI.read(text) == expected)
        #expect(text.hasPrefix(#"{"a\"\\\n\u0001é":"a\"\\\n\u0001é","#))
    }

    @Test("Numbers, truth and nothing have their shortest form")
    func plainValues() {
        for (written, expected) in [
            (value(0), "0"), (value(-1), "-1"), (value(Int.min), "-9223372036854775808"),
            (value(Int.max), "9223372036854775807"), (value(UInt64.max), "18446744073709551615"),
            (value(true), "true"), (value(false), "false"), (value(nil as Int?), "null"), (value(7 as Int?), "7"),
            (value(UUID("0197a5c0-1234-7abc-8def-0123456789ab")), "\"0197a5c0-1234-7abc-8def-0123456789ab\""),
        ] { #expect(written == expected) }
    }

    @Test(
        "A decimal has three digits behind the point, or none",
        arguments: [
            (0, "0"), (0.4, "0.400"), (0.0004, "0"), (0.0006, "0.001"), (500, "500"), (1.9996, "2"), (12.034, "12.034"),
            (-0.25, "-0.250"), (-3, "-3"), (-0.0001, "0"), (9e15, "9000000000000000"),
        ])
    func decimals(number: Double, text: String) { #expect(value(JSONDecimal(number)) == text) }
}
