import Testing

@testable import Reactor

@Suite struct AccessLogFormatTests {
    private static let request = """
        GET /a%20b?x=1&y HTTP/1.1\r
        Host: shop\r
        Referer: https://from.example/\r
        USER-AGENT: curl/8\r
        Authorization: Basic QWRhOnNlY3JldA==\r
        X-Trace: t-1\r
        X-Empty:\r
        \r

        """

    @Test(
        "each atom shows what gunicorn shows for it",
        arguments: [
            ("%(h)s", "127.0.0.1"), ("%(l)s", "-"), ("%(u)s", "Ada"), ("%(r)s", #"GET\x20/a%20b?x=1&y\x20HTTP/1.1"#),
            (#""%(r)s""#, #""GET /a%20b?x=1&y HTTP/1.1""#), ("%(m)s", "GET"), ("%(U)s", "/a%20b"), ("%(q)s", "x=1&y"),
            ("%(H)s", "HTTP/1.1"), ("%(s)s", "200"), ("%(B)s", "12"), ("%(b)s", "12"),
            ("%(f)s", "https://from.example/"), ("%(a)s", "curl/8"), ("%(p)s", "<42>"),
            ("%({x-trace}i)s", "t-1"), ("%({X-TRACE}i)s", "t-1"), ("%({x-empty}i)s", "-"), ("%({x-none}i)s", "-"),
            ("%({content-length}o)s", "12"), ("%({Content-Type}o)s", "application/json"), ("%({server}o)s", "-"),
            ("100%% %(s)s%%", "100% 200%"), ("text", "text"), ("%(s)s%(s)s", "200200"), ("é %(s)s", "é 200"),
        ])
    func atoms(format: String, expected: String) throws {
        #expect(try AccessLogFixture(format).lines(Self.request) == [expected])
    }

    @Test("the default is the combined format, with the time in between")
    func standard() throws {
        let line = try #require(try AccessLogFixture().lines(Self.request).first)
        let pattern =
            /127\.0\.0\.1 - Ada \[[0-3]\d\/[A-Z][a-z]{2}\/20\d\d:[0-2]\d:[0-5]\d:[0-6]\d \+0000\] "GET (.*) HTTP\/1\.1" 200 12 "(.*)" "(.*)"/
        let match = try #require(try pattern.wholeMatch(in: line), "\(line)")
        #expect(match.1 == "/a%20b?x=1&y" && match.2 == "https://from.example/" && match.3 == "curl/8")
    }

    @Test("what a request doesn't have is a hyphen")
    func missing() throws {
        let fixture = try AccessLogFixture(#"%(u)s %(q)s "%(f)s" "%(a)s" %({cookie}i)s %(B)s %(b)s"#)
        fixture.harness.handler.answer = { _ in "" }
        #expect(try fixture.lines("GET / HTTP/1.0\r\n\r\n") == [#"- - "-" "-" - 0 -"#])
    }

    @Test("HEAD is logged without the bytes that it did not get")
    func head() throws {
        let fixture = try AccessLogFixture("%(m)s %(s)s %(B)s %(b)s %({content-length}o)s")
        #expect(try fixture.lines("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n", hasBody: false) == ["HEAD 200 0 - 4"])
    }

    @Test(
        "the time that a request took is shown in all four ways",
        arguments: [(0, "0 0 0 0.000000"), (1_234, "1 1234 1234000 1.234000"), (61_007, "61 61007 61007000 61.007000")])
    func durations(milliseconds: Int, expected: String) throws {
        let fixture = try AccessLogFixture("%(T)s %(M)s %(D)s %(L)s")
        let harness = fixture.harness
        harness.handler.answer = { _ in nil }
        let client = try harness.connect()
        client.send(harness.get("/slow"))
        try #require(harness.handled(1))
        harness.pass(milliseconds: milliseconds)
        harness.answer("/slow")
        #expect(harness.reply(client)?.body == "/slow")
        #expect(fixture.lines() == [expected])
    }

    @Test("a request that came in pieces began with its first one")
    func slowRequest() throws {
        let fixture = try AccessLogFixture("%(U)s %(M)s")
        let client = try fixture.harness.connect()
        client.send("GET /pieces HTTP/1.1\r\n")
        fixture.harness.settle()
        fixture.harness.pass(milliseconds: 300)
        client.send("Host: x\r\n\r\n" + fixture.harness.get("/next"))
        #expect(fixture.harness.reply(client)?.body == "/pieces" && fixture.harness.reply(client)?.body == "/next")
        #expect(fixture.lines() == ["/pieces 300", "/next 0"])
    }

    @Test(
        "a format that is none says why",
        arguments: [
            ("%", "percent"), ("100%", "percent"), ("%(h", "percent"), ("%(h)", "percent"), ("%(h)d", "percent"),
            ("%h", "percent"), ("%(x)s", "%(x)s"), ("%()s", "%()s"), ("%(hh)s", "%(hh)s"), ("%({}i)s", "%({}i)s"),
            ("%({a b}i)s", "%({a b}i)s"), ("%({a}x)s", "%({a}x)s"), ("%({a}e)s", "%({a}e)s"), ("%(S)s", "%(S)s"),
            ("a\nb", "control"), ("\u{7f}", "control"),
        ])
    func malformed(format: String, hint: String) {
        let error = #expect(throws: AccessLogFormat.Malformed.self) { try AccessLogFormat(format, pid: 1) }
        #expect(error?.reason.contains(hint) == true, "\(error?.reason ?? "")")
    }
}
