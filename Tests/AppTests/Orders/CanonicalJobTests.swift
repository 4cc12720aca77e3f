import Reactor
import Testing

@testable import Orders

/// Jobs that are read by their form alone are read as the parser reads them.
@Suite struct CanonicalJobTests {
    private static let job = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    private static let order = UUID("0197a5c0-1234-7abc-8def-0123456789ab")

    /// As the service writes it, without the newline.
    private static func line(_ body: String, time: UInt64 = 1_764_000_000_000) throws -> String {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        var buffer = ByteBuffer()
        JobEncoding.appendCreateStart(jobID: job, into: &buffer)
        _ = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
            try decoder.decodeOrder(bytes, id: order, into: &buffer)
        }
        JobEncoding.appendEnd(enqueuedAtMilliseconds: time, into: &buffer)
        return String(buffer.string.dropLast())
    }

    private static func body(name: String = "Ada Lovelace", items: Int = 2) -> String {
        let list = (0..<items).map { #"{"name":"Widget \#($0)","quantity":\#($0 + 1)}"# }.joined(separator: ",")
        return #"{"customer_name":"\#(name)","items":[\#(list)]}"#
    }

    private static func isReadByForm(_ line: String) -> Bool {
        var batch = JobBatch()
        let isTaken = withGuardedBytes(line.utf8) { bytes in
            batch.appendCanonical(bytes, source: ByteRange(start: 0, count: bytes.count), message: 0)
        }
        #expect(isTaken || (batch.jobs.isEmpty && batch.items.isEmpty && batch.text.isEmpty))
        return isTaken
    }

    /// All that a message became, in words.
    private static func decoded(_ message: [UInt8], parsesAll: Bool) -> [String] {
        var batch = JobBatch()
        var decoder = JobDecoder(parsesAll: parsesAll)
        withGuardedBytes(message) {
            decoder.decode(message: $0, baseOffset: 7, messageIndex: 3, into: &batch)
        }
        let text = batch.text.bytes
        let jobs = batch.jobs.map { job in
            let items = batch.items[job.items].map { "\(Array($0.name.of(text))) x \($0.quantity)" }
            return
                "\(job.kind) \(job.id) \(job.orderID) \(Array(job.customerName.of(text))) \(Array(job.status.of(text)))"
                + " \(items) \(job.message) \(job.source) \(job.enqueuedAtMilliseconds) \(job.mark as Any)"
        }
        return jobs + batch.rejected.map { "\($0.reason) \($0.id as Any) \($0.source) \($0.message)" }
            + ["\(batch.items.count) items, \(batch.marks.count) marks"]
    }

    @Test("What the service writes is read by its form", arguments: [1, 2, 100])
    func written(items: Int) throws {
        #expect(Self.isReadByForm(try Self.line(Self.body(items: items))))
        #expect(Self.isReadByForm(try Self.line(Self.body(name: String(repeating: "x", count: 80)), time: 0)))
    }

    @Test(
        "What needs more than a look is left to the parser",
        arguments: ["Ada \\\"L\\\"", "Nüt", "tab\\t", "back\\\\slash", "\\u007f"])
    func special(name: String) throws {
        let line = try Self.line(Self.body(name: name))
        #expect(!Self.isReadByForm(line))
        #expect(Self.decoded(Array(line.utf8), parsesAll: false) == Self.decoded(Array(line.utf8), parsesAll: true))
    }

    @Test(
        "Whichever byte of a job is another, missing or doubled, both ways read the same or refuse it with the same words"
    )
    func everyByte() throws {
        let line = Array(
            try Self.line(#"{"customer_name":"Ad","items":[{"name":"W","quantity":10},{"name":"x y","quantity":2}]}"#)
                .utf8)
        let others: [UInt8] = Array("\"\\{}[],:019-.eA \n\u{7f}".utf8) + [0, 0x1F, 0x80, 0xC3, 0xFF]
        for position in line.indices {
            var changed: [[UInt8]] = others.map { other in
                var copy = line
                copy[position] = other
                return copy
            }
            changed.append(Array(line[..<position]))
            changed.append(Array(line[..<position] + line[(position + 1)...]))
            changed.append(Array(line[...position] + line[position...]))
            for message in changed {
                #expect(
                    Self.decoded(message, parsesAll: false) == Self.decoded(message, parsesAll: true),
                    "\(String(decoding: message, as: UTF8.self))")
            }
        }
    }

    @Test(
        "The limits are the parser's",
        arguments: [
            (#""quantity":1"#, #""quantity":2147483647"#), (#""quantity":1"#, #""quantity":2147483648"#),
            (#""quantity":1"#, #""quantity":0"#), (#""quantity":1"#, #""quantity":01"#),
            (#""quantity":1"#, #""quantity":99999999999999999999"#), (#""quantity":1"#, #""quantity":"1""#),
            ("Ada Lovelace", ""), ("Ada Lovelace", String(repeating: "x", count: 81)),
            ("received", String(repeating: "s", count: 20)), ("received", String(repeating: "s", count: 21)),
            ("1764000000000", "999999999999999999"), ("1764000000000", "18446744073709551615"), ("1764000000000", "-1"),
            ("create_order", "delete_order"), (#"{"name":"Widget 0","quantity":1},"#, ""),
            (#"{"name":"Widget 0","quantity":1},{"name":"Widget 1","quantity":2}"#, ""),
        ])
    func limits(part: String, other: String) throws {
        var line = try Self.line(Self.body())
        let range = try #require(line.firstRange(of: part))
        line.replaceSubrange(range, with: other)
        #expect(Self.decoded(Array(line.utf8), parsesAll: false) == Self.decoded(Array(line.utf8), parsesAll: true))
    }

    @Test("Both kinds stand in one message, in their order, and one item too many is refused")
    func mixed() throws {
        let tooMany = try Self.line(Self.body(items: 100)).replacing(
            #"{"name":"Widget 0","quantity":1}"#,
            with: #"{"name":"Widget 0","quantity":1},{"name":"Widget 0","quantity":1}"#)
        let lines = [
            try Self.line(Self.body()), try Self.line(Self.body(name: "Nüt")), "", tooMany, try Self.line(Self.body()),
        ]
        let message = Array(lines.joined(separator: "\n").utf8)
        let decoded = Self.decoded(message, parsesAll: false)
        #expect(decoded == Self.decoded(message, parsesAll: true) && decoded.count == 5)
    }
}
