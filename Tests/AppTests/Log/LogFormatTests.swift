import Logging
import Testing

@testable import Log

@Suite struct LogFormatTests {
    private let none = SecretMask([])
    private let time: Int64 = 1_763_827_800_123
    private let shownTime = "2025-11-22T16:10:00.123Z"

    private func entry(_ message: String, _ fields: [(String, String)] = [], suppressed: Int = 0) -> LogEntry {
        var entry = LogEntry.made(
            message, fields: fields.map { LogEntry.Field(name: $0.0, value: $0.1) }, milliseconds: time)
        entry.suppressed = suppressed
        return entry
    }

    @Test("As text an event is one line: time, level, message, and its metadata, the spaced ones quoted")
    func text() {
        let line = LogFormat.text.line(entry("it happened", [("a", "two words"), ("id", "x-1"), ("m", "")]), none)
        #expect(line == "\(shownTime) warning it happened a=\"two words\" id=x-1 m=\"\"\n")
        #expect(LogFormat.text.line(entry("m", suppressed: 3), none) == "\(shownTime) warning m suppressed=3\n")
    }

    @Test("As JSON it is one object, with the metadata as members that never take the place of others")
    func json() throws {
        let line = LogFormat.json.line(
            entry("it \"happened\"", [("a", "two words"), ("level", "x"), ("suppressed", "y")], suppressed: 3), none)
        #expect(line.hasSuffix("}\n") && line.dropLast().allSatisfy { !$0.isNewline })
        #expect(
            try DescribedAPI.read(line)
                == .object([
                    "time": .string(shownTime), "level": .string("warning"), "message": .string("it \"happened\""),
                    "a": .string("two words"), "level_": .string("x"), "suppressed_": .string("y"),
                    "suppressed": .number(3),
                ]))
        #expect(!LogFormat.json.line(entry("m"), none).contains("suppressed"))
    }

    @Test(
        "Nothing that a client sends can forge a line, close a quote or steer a terminal",
        arguments: [
            ("a\nb", "a\\u{a}b"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u{1b}[31m", "\\u{1b}[31m"), ("\0", "\\u{0}"),
            ("a\tb", "a\\u{9}b"), ("\u{7f}", "\\u{7f}"), ("say \"hi\"", "say \\u{22}hi\\u{22}"),
            ("\u{9b}31m", "\\u{9b}31m"), ("\u{85}", "\\u{85}"), ("\u{2028}x\u{2029}", "\\u{2028}x\\u{2029}"),
            ("grüß 日本 👍🏽", "grüß 日本 👍🏽"),
        ])
    func textEscapes(text: String, shown: String) {
        let quoted = shown.contains(" ") ? "\"\(shown)\"" : shown
        let line = LogFormat.text.line(entry("got \(text)", [("value", text)]), none)
        #expect(line.hasSuffix(" got \(shown) value=\(quoted)\n"))
    }

    @Test("Whatever bytes come, the line is JSON, holds no control character, and says what was meant")
    func anyBytes() throws {
        let pairs = (0...255).flatMap { high in (0...255).map { low in [UInt8(high), UInt8(low)] } }
        // All pairs of bytes, in lines of 512 pairs each.
        for start in stride(from: 0, to: pairs.count, by: 512) {
            let text = String(decoding: pairs[start..<(start + 512)].joined(), as: UTF8.self)
            let line = LogFormat.json.line(entry(text, [(text, text)]), none)
            let node = try DescribedAPI.read(line)
            #expect(node["message"]?.string == text && node[text]?.string == text)
            let isSafe = line.dropLast().unicodeScalars.allSatisfy {
                !(0...0x1f).contains($0.value) && !(0x7f...0x9f).contains($0.value)
                    && !["\u{2028}", "\u{2029}"].contains($0)
            }
            #expect(isSafe)
        }
    }

    @Test("Secrets are taken out before anything is escaped", arguments: LogFormat.allCases)
    func secrets(format: LogFormat) {
        let mask = SecretMask(["pass\"word\n"])
        let line = format.line(entry("a pass\"word\n b", [("reason", "redis://x:y@z pass\"word\n")]), mask)
        #expect(
            !line.contains("word") && !line.contains("x:y") && line.contains("a *** b") && line.contains("x:***@z ***"))
    }
}
