import Reactor
import Testing

@Suite("RequestFramer between two reads")
struct RequestFramerStateTests {
    private static func feed(_ text: String, stops: [Int], limits: HTTPLimits = HTTPLimits()) -> (
        RequestFramer.Phase, Int?, FramerDriver.Run
    ) {
        let input = Array(text.utf8)
        var driver = FramerDriver(limits: limits, capacity: input.count)
        let run = driver.feed(input, stops: stops)
        return (driver.phase, driver.wantedBytes, run)
    }

    @Test("it fits in 48 bytes, since every idle connection keeps one")
    func size() {
        #expect(MemoryLayout<RequestFramer>.size <= 48)
        #expect(MemoryLayout<RequestHead>.size <= 64)
    }

    @Test(
        "the phase tells an idle connection from a slow head and a slow body",
        arguments: [
            ("", RequestFramer.Phase.idle), ("\r", .idle), ("\r\n", .idle), ("\r\nG", .head), ("G", .head),
            ("GET ", .head), ("GET / HTTP/1.1\r\nHost: a\r\n\r", .head),
            (RequestRow.get(""), .idle), (RequestRow.post("Content-Length: 2\r\n"), .body),
            (RequestRow.post("Content-Length: 2\r\n", "a"), .body),
            (RequestRow.post("Content-Length: 2\r\n", "ab"), .idle),
            (RequestRow.chunked(""), .body), (RequestRow.chunked("0\r\n\r"), .body),
            (RequestRow.chunked("0\r\n\r\n"), .idle),
        ])
    func phase(text: String, expected: RequestFramer.Phase) {
        #expect(Self.feed(text, stops: [text.utf8.count]).0 == expected)
        #expect(Self.feed(text, stops: Array(0...text.utf8.count)).0 == expected)
    }

    @Test("the size of a request is known as soon as its head or its chunk's size is")
    func wantedBytes() {
        let head = RequestRow.post("Content-Length: 300\r\n")
        #expect(Self.feed(head, stops: [head.utf8.count - 1]).1 == nil)
        #expect(Self.feed(head, stops: [head.utf8.count]).1 == head.utf8.count + 300)
        #expect(Self.feed(head + "abc", stops: [head.utf8.count + 3]).1 == head.utf8.count + 300)
        let coded = RequestRow.chunked("")
        #expect(Self.feed(coded, stops: [coded.utf8.count]).1 == nil)
        // "5 CR LF", five bytes of data, CR LF, "0 CR LF CR LF".
        #expect(Self.feed(coded + "5\r\nab", stops: [coded.utf8.count + 5]).1 == coded.utf8.count + 15)
    }

    @Test("100 is asked for once, and only as long as nothing of the body is here")
    func sendContinue() {
        let head = RequestRow.post("Expect: 100-continue\r\nContent-Length: 2\r\n")
        let count = head.utf8.count
        #expect(Self.feed(head + "ab", stops: [count, count + 1, count + 2]).2.continues == 1)
        #expect(Self.feed(head + "ab", stops: [count, count, count + 2]).2.continues == 1)
        #expect(Self.feed(head + "ab", stops: [count + 1, count + 2]).2.continues == 0)
        #expect(Self.feed(head + "ab", stops: [count + 2]).2.continues == 0)
    }

    @Test("a rejection stays, whatever else arrives")
    func rejectionStays() {
        var parser = HeadParser()
        var framer = RequestFramer()
        let memory = GuardedMemory(capacity: 100)
        for text in ["(", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let action = framer.next(memory.place(Array(text.utf8)), parser: &parser, limits: HTTPLimits())
            #expect(action == .reject(.malformedRequestLine))
        }
    }

    @Test("ten pipelined requests come out one by one, with bodies of both kinds between them")
    func pipeline() {
        let requests = [
            RequestRow.get(""), RequestRow.post("Content-Length: 3\r\n", "abc"),
            RequestRow.chunked("3\r\nabc\r\n0\r\n\r\n"),
        ]
        var rest = Array((0..<10).map { requests[$0 % 3] }.joined().utf8)
        var driver = FramerDriver(limits: HTTPLimits(), capacity: rest.count)
        for index in 0..<10 {
            let run = driver.feed(rest, stops: [rest.count], rest: &rest)
            guard case .request(let seen) = run.outcome else {
                Issue.record("request \(index): \(run.outcome)")
                return
            }
            #expect(seen.body == (index % 3 == 0 ? "" : "abc"))
        }
        #expect(rest.isEmpty)
    }

    @Test("the default limits are those that are documented: 8192, 16384, 100, 1 MiB")
    func defaultLimits() {
        func line(_ count: Int) -> String {
            "GET /" + String(repeating: "a", count: count - 14) + " HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        func head(_ count: Int) -> String { RequestRow.get("X: " + String(repeating: "a", count: count - 32) + "\r\n") }
        func headers(_ count: Int) -> String { RequestRow.get(String(repeating: "X: 1\r\n", count: count - 1)) }
        func chunks(_ count: Int) -> String {
            RequestRow.chunked(
                String(count, radix: 16) + "\r\n" + String(repeating: "a", count: count) + "\r\n0\r\n\r\n")
        }
        func status(_ text: String) -> HTTPStatus? {
            guard case .rejected(let rejection) = Self.feed(text, stops: [text.utf8.count]).2.outcome else {
                return nil
            }
            return rejection.status
        }
        #expect(status(line(8192)) == nil && status(line(8193)) == .uriTooLong)
        #expect(status(head(16384)) == nil && status(head(16385)) == .requestHeaderFieldsTooLarge)
        #expect(status(headers(100)) == nil && status(headers(101)) == .requestHeaderFieldsTooLarge)
        #expect(status(RequestRow.post("Content-Length: 1048576\r\n")) == nil)
        #expect(status(RequestRow.post("Content-Length: 1048577\r\n")) == .contentTooLarge)
        #expect(status(chunks(1 << 20)) == nil && status(chunks(1 << 20 + 1)) == .contentTooLarge)
    }
}
