import Reactor
import Testing

@Suite("RequestFramer")
struct RequestFramerTests {
    static let next = Array("GET /next HTTP/1.1\r\nHost: b\r\nX-Next: 1\r\n\r\n".utf8)

    @Test("every row names the RFC and the section that it comes from")
    func sections() {
        #expect(RequestRows.all.count >= 450)
        for row in RequestRows.all {
            let words = row.section.split(separator: " ")
            #expect(words.count >= 2 && Int(words[0]) != nil && words[1].first?.isNumber == true, "\(row.section)")
        }
    }

    @Test("a request that arrives whole is judged as the specification says", arguments: RequestRows.all)
    func whole(row: RequestRow) {
        let run = Self.run(row, stops: [row.input.count])
        #expect(run.outcome == row.expected)
        if case .request = row.expected { #expect(run.consumed == row.input.count) }
    }

    @Test("it makes no difference where the bytes are split", arguments: RequestRows.all)
    func splitAnywhere(row: RequestRow) {
        let whole = Self.run(row, stops: [row.input.count])
        for offset in 0...row.input.count {
            let run = Self.run(row, stops: [offset, row.input.count])
            #expect(run.outcome == row.expected, "split at \(offset)")
            #expect(run.headers == whole.headers, "split at \(offset)")
            #expect(run.consumed == whole.consumed, "split at \(offset)")
        }
    }

    @Test("byte by byte, an outcome is there with the very byte that makes it certain", arguments: RequestRows.all)
    func byteByByte(row: RequestRow) {
        let whole = Self.run(row, stops: [row.input.count])
        let run = Self.run(row, stops: 1...row.input.count)
        #expect(run.outcome == row.expected)
        #expect(run.headers == whole.headers)
        if case .request(let seen) = row.expected { #expect(run.continues == (seen.expectsContinue ? 1 : 0)) }
        guard row.expected != .needMore else { return }
        #expect(Self.run(row, stops: [run.arrived]).outcome == row.expected)
        for count in 1..<run.arrived {
            #expect(Self.run(row, stops: [count]).outcome == .needMore, "at \(count) of \(run.arrived) bytes")
        }
    }

    @Test("a pipelined request is left alone by the one before it", arguments: RequestRows.all)
    func pipelined(row: RequestRow) {
        guard row.expected != .needMore else { return }
        let input = row.input + Self.next
        for stops in [[input.count], [row.input.count + 1, input.count], Array(1...input.count)] {
            var driver = FramerDriver(limits: row.limits, capacity: input.count)
            var rest: [UInt8] = []
            let first = driver.feed(input, stops: stops, rest: &rest)
            #expect(first.outcome == row.expected)
            guard case .request = row.expected else { continue }
            #expect(first.consumed == row.input.count)
            #expect(rest == Self.next)
            let second = driver.feed(rest, stops: [rest.count])
            #expect(second.outcome == .request(RequestRow.Seen(method: .get, path: "/next")))
            #expect(second.headers == ["Host: b", "X-Next: 1"])
        }
    }

    private static func run(_ row: RequestRow, stops: some Sequence<Int>) -> FramerDriver.Run {
        var driver = FramerDriver(limits: row.limits, capacity: row.input.count)
        return driver.feed(row.input, stops: stops)
    }
}
