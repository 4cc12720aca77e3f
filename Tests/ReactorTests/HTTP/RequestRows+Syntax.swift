import Reactor

/// Further syntax, row by row: request lines, targets, hosts, header names, chunks, and fields that ask for something.
extension RequestRows {
    private static let host = "Host: a\r\n\r\n"

    private static func line(_ section: String, _ line: String, _ reason: HTTPRejection) -> RequestRow {
        .bad(section, "\(line)\r\n\(host)", reason)
    }

    private static func target(_ section: String, _ start: String, _ reason: HTTPRejection = .malformedTarget)
        -> RequestRow
    {
        line(section, start + " HTTP/1.1", reason)
    }

    static let moreRequestLines: [RequestRow] = [
        line("9112 3 response instead", "HTTP/1.1 200 OK", .malformedRequestLine),
        line("9112 3 no method", "/ HTTP/1.1", .malformedRequestLine),
        line("9112 3 colon as separator", "GET:/ HTTP/1.1", .malformedRequestLine),
        line("9112 3 vertical tab as separator", "GET\u{b}/ HTTP/1.1", .malformedRequestLine),
        line("9112 3 tab before the version", "GET /\tHTTP/1.1", .malformedTarget),
        line("9112 3 form feed before the version", "GET /\u{c}HTTP/1.1", .malformedTarget),
        line("9112 3 nothing behind the target", "GET / ", .malformedRequestLine),
        line("9112 3 a fourth part", "GET / HTTP/1.1 x", .malformedLineEnd),
        line("9112 2.3 blank inside the version", "GET / HTTP /1.1", .malformedRequestLine),
        line("9112 2.3 mixed case", "GET / Http/1.1", .malformedRequestLine),
        line("9112 2.3 leading zero", "GET / HTTP/01.1", .malformedRequestLine),
        line("9112 2.3 two digits before the dot", "GET / HTTP/11.1", .malformedRequestLine),
        line("9112 2.3 nothing behind the dot", "GET / HTTP/1.", .malformedRequestLine),
        line("9112 2.3 minus", "GET / HTTP/-1.1", .malformedRequestLine),
        line("9112 2.3 other protocol", "GET / RTSP/1.1", .malformedRequestLine),
        line("9110 15.6.6 HTTP/3", "GET / HTTP/3.0", .unsupportedVersion),
        line("9110 15.6.6 HTTP/1.1 upside down", "GET / HTTP/0.1", .unsupportedVersion),
        line("9112 2.2 two CR behind the version", "GET / HTTP/1.1\r", .malformedLineEnd),
        line("9112 2.2 NUL behind the version", "GET / HTTP/1.1\u{0}", .malformedLineEnd),
        .bad("9112 2.2 LF CR", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", .malformedLineEnd),
        .bad("9112 2.2 blanks in the empty line before", " \r\nGET / HTTP/1.1\r\n" + host, .malformedRequestLine),
        .bad("8259 8.1 a byte order mark before", "\u{feff}GET / HTTP/1.1\r\n" + host, .malformedRequestLine),
        .bad("9112 3.2 no header at all", "GET / HTTP/1.1\r\n\r\n", .missingHost),
        .good("9112 3 HTTP/1.0 with a host", "GET / HTTP/1.0\r\n" + host, .get, "/", minorVersion: 0, keepAlive: false),
    ]

    static let moreTargets: [RequestRow] = [
        .good("3986 3.3 every pchar", RequestRow.of("GET", "/aZ09-._~!$&'()*+,;=:@"), .get, "/aZ09-._~!$&'()*+,;=:@"),
        .good("3986 3.3 dot segments", RequestRow.of("GET", "/../a/./b"), .get, "/../a/./b"),
        .good("3986 3.2 no authority", RequestRow.of("GET", "//b.example/c"), .get, "//b.example/c"),
        .good("3986 2.1 NUL and slash, escaped", RequestRow.of("GET", "/a%00%2F%0d%0a"), .get, "/a%00%2F%0d%0a"),
        // Whoever decodes finds out; the request ends where it ends all the same.
        .good("3986 2.1 broken escape", RequestRow.of("GET", "/%zz%2"), .get, "/%zz%2"),
        .good("3986 3.4 escapes in the query", RequestRow.of("GET", "/?a=%26&&="), .get, "/", query: "a=%26&&="),
        .good("9112 3.2.2 Host of another", RequestRow.of("GET", "http://b.example/c"), .get, "/c", form: .absolute),
        .good("9112 3.2.4 OPTIONS without path", RequestRow.of("OPTIONS", "http://a"), .options, "", form: .absolute),
        .good("3986 3.2.3 any port", RequestRow.of("GET", "http://a:99999/"), .get, "/", form: .absolute),
        .good("3986 3.2.3 empty port", RequestRow.of("GET", "http://a:/"), .get, "/", form: .absolute),
        .good("9112 3.2.4 unknown method", RequestRow.of("BREW", "*"), .other, "*", form: .asterisk),
        target("9112 3.2.4 POST", "POST *"),
        target("9112 3.2.4 two stars", "OPTIONS **"),
        target("9112 3.2 backslash", "GET \\a"),
        target("9112 3.2 escaped slash", "GET %2fa"),
        target("9112 3.2 fragment behind a query", "GET /a?b#c"),
        target("9112 3.2 fragment of an absolute form", "GET http://a/#c"),
        target("9112 3.2 vertical tab", "GET /\u{b}"),
        target("9112 3.2 CR", "GET /a\rb"),
        target("9112 3.2.2 two ports", "GET http://a:1:2/"),
        target("9112 3.2.2 port of letters", "GET http://a:b/"),
        target("9112 3.2.2 open bracket", "GET http://[::1/"),
        target("9112 3.2.2 backslash in the authority", "GET http://a\\@b/"),
        target("3986 2.1 broken escape in the authority", "GET http://a%zz/"),
        target("9112 3.2.2 no scheme", "GET ://a/"),
        target("9112 3.2.2 scheme that begins like http", "GET httpx://a/"),
        target("9112 3.2.3 CONNECT, port of letters", "CONNECT a:b"),
        target("9112 3.2.3 CONNECT, path behind the port", "CONNECT a:443/"),
        target("9112 3.2.3 CONNECT, absolute form", "CONNECT http://a:443"),
        target("9112 3.2.3 CONNECT, asterisk", "CONNECT *"),
        target("9112 3.2.3 CONNECT, user", "CONNECT u@a:443"),
    ]

    private static func host(_ section: String, _ value: String) -> RequestRow {
        .bad(section, "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n", .malformedHost)
    }

    private static func goodHost(_ section: String, _ value: String) -> RequestRow {
        .good(section, "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n", .get, "/")
    }

    static let moreHosts: [RequestRow] = [
        goodHost("9110 7.2 port alone", ":80"),
        goodHost("3986 3.2.2 comma, a sub-delim", "a,b"),
        goodHost("3986 3.2.2 many digits", "a:0000099999"),
        goodHost("3986 3.2.2 unspecified IPv6", "[::]"),
        goodHost("3986 3.2.2 eight groups", "[1:2:3:4:5:6:7:8]:"),
        goodHost("3986 3.2.2 seven groups and a gap", "[1:2:3:4:5:6:7::]"),
        goodHost("3986 3.2.2 IPv4 behind six groups", "[1:2:3:4:5:6:255.0.10.1]"),
        goodHost("3986 3.2.2 a later version", "[v1F.a:b!~]"),
        host("3986 3.2.2 no address", "[a]"),
        host("3986 3.2.2 no digit of an address", "[::g]"),
        host("3986 3.2.2 nine groups", "[1:2:3:4:5:6:7:8:9]"),
        host("3986 3.2.2 seven groups", "[1:2:3:4:5:6:7]"),
        host("3986 3.2.2 eight groups and a gap", "[1:2:3:4::5:6:7:8]"),
        host("3986 3.2.2 two gaps", "[1::2::3]"),
        host("3986 3.2.2 three colons", "[:::]"),
        host("3986 3.2.2 one colon at the end", "[1:2:3:4:5:6:7:]"),
        host("3986 3.2.2 one colon before", "[:1:2:3:4:5:6:7]"),
        host("3986 3.2.2 five digits", "[::12345]"),
        host("3986 3.2.2 IPv4 out of range", "[::1.2.3.256]"),
        host("3986 3.2.2 IPv4 with a leading zero", "[::1.2.3.04]"),
        host("3986 3.2.2 IPv4 too short", "[::1.2.3]"),
        host("3986 3.2.2 IPv4 in the middle", "[::1.2.3.4:5]"),
        host("3986 3.2.2 IPv4 alone in brackets", "[1.2.3.4]"),
        host("3986 3.2.2 zone", "[fe80::1%eth0]"),
        host("3986 3.2.2 later version without digits", "[v.a]"),
        host("3986 3.2.2 later version without address", "[v1.]"),
        host("3986 3.2.2 IPv6 without brackets", "::1"),
        host("3986 3.2.2 bracket inside", "a[::1]"),
        host("9112 3.2 query", "a?b"),
        host("9112 3.2 fragment", "a#b"),
        host("9112 3.2 backslash", "a\\b"),
        host("9112 3.2 quoted", "\"a\""),
        host("9112 3.2 tab inside", "a\tb"),
        host("9112 3.2 plus before the port", "a:+80"),
        host("9112 3.2 blank before the port", "a: 80"),
        .bad("9112 3.2 repeated, empty", RequestRow.get("host:\r\n"), .repeatedHost),
        .bad("9112 5.1 blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedHeaderName),
        .bad("9112 5.2 folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedHeader),
        .bad("9112 3.2 malformed in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", .malformedHost),
    ]

    private static func name(_ section: String, _ line: String) -> RequestRow {
        .bad(section, RequestRow.get(line + "\r\n"), .malformedHeaderName)
    }

    static let moreHeaders: [RequestRow] = [
        name("9110 5.1 pseudo-header of HTTP/2", ":authority: a"),
        name("9110 5.1 quoted", "\"X\": 1"),
        name("9110 5.1 blank inside", "X Y: 1"),
        name("9110 5.1 comma", "X,Y: 1"),
        name("9110 5.1 semicolon", "X;: 1"),
        name("9110 5.1 slash", "X/Y: 1"),
        name("9110 5.1 equals", "X=1"),
        name("9110 5.1 DEL", "X\u{7f}: 1"),
        name("9110 5.1 a request line", "GET /x HTTP/1.1"),
        name("9112 5.2 a vertical tab folds nothing", "X: 1\r\n\u{b}2: 3"),
        .bad("9110 5.5 backspace", RequestRow.get("X: a\u{8}b\r\n"), .malformedHeaderValue),
        // To Swift's strings this colon and the mark are one character, and no colon.
        .good("9110 5.5 a combining mark behind the colon", RequestRow.get("X:\u{301}\r\n"), .get, "/"),
        .good("9110 5.5 a value like a name", RequestRow.get("X: Host: b\r\n"), .get, "/"),
        .good(
            "9110 7.8 upgrade is ignored", RequestRow.get("Upgrade: websocket\r\nConnection: Upgrade\r\n"), .get, "/"),
        .good(
            "9113 3.1 h2c is ignored", RequestRow.get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), .get,
            "/"),
        .good("9110 7.6.1 Proxy-Connection means nothing", RequestRow.get("Proxy-Connection: close\r\n"), .get, "/"),
        .good("9110 7.6.1 quoted is not close", RequestRow.get("Connection: \"close\"\r\n"), .get, "/"),
        .good("9110 5.6.1 empty elements", RequestRow.get("Connection: , ,close,\r\n"), .get, "/", keepAlive: false),
        .good("9110 7.6.1 empty", RequestRow.get("Connection:\r\n"), .get, "/"),
        .good("9110 10.1.1 empty", RequestRow.post("Expect:\r\nContent-Length: 1\r\n", "a"), .post, "/o", body: "a"),
        .good(
            "9110 5.6.1 empty element before", RequestRow.post("Expect: ,100-continue\r\nContent-Length: 1\r\n", "a"),
            .post, "/o", expectsContinue: true, body: "a"),
        .bad("9110 15.5.18 in HTTP/1.0", "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", .unsupportedExpectation),
    ]

    private static func good(_ section: String, _ coded: String, _ body: String) -> RequestRow {
        .good(section, RequestRow.chunked(coded), .post, "/o", body: body)
    }

    private static func bad(_ section: String, _ coded: String, _ reason: HTTPRejection = .malformedChunk) -> RequestRow
    {
        .bad(section, RequestRow.chunked(coded), reason)
    }

    static let moreChunks: [RequestRow] = [
        good("9112 7.1.1 quoted extension", "2;a=\"b\\\"c; d\"\r\nab\r\n0\r\n\r\n", "ab"),
        good("9112 7.1.1 several extensions", "2;a=b ; c;d=\"\"\r\nab\r\n0;e\r\n\r\n", "ab"),
        good("9112 7.1.1 obs-text in quotes", "2;a=\"\u{e9}\"\r\nab\r\n0\r\n\r\n", "ab"),
        good("9112 7.1.1 empty extension", "2;\r\nab\r\n0;\r\n\r\n", "ab"),
        good("9112 7.1.1 open quote ends with the line", "2;a=\"\r\nab\r\n0\r\n\r\n", "ab"),
        good("9112 7.1 16 zeros", "0000000000000000\r\n\r\n", ""),
        good("9112 7.1 extension like a size", "1;2\r\na\r\n0\r\n\r\n", "a"),
        good("9110 6.5.1 coding in a trailer", "0\r\nTransfer-Encoding: x\r\nHost: b\r\n\r\n", ""),
        good("9112 7.1.2 empty value", "0\r\nX:\r\n\r\n", ""),
        bad("9112 7.1 text behind the size", "2 a\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 comma behind the size", "2,\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 equals behind the size", "2=a\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 vertical tab behind the size", "2\u{b}\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 NUL behind the size", "2\u{0}\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 obs-text behind the size", "2\u{e9}\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 suffix", "2h\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 two CR behind the size", "2\r\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 quoted size", "\"2\"\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 17 digits, all F", "fffffffffffffffff\r\n"),
        bad("9112 7.1 2^64", "10000000000000000\r\n"),
        bad("9112 7.1 prefix of zero", "0x0\r\n\r\n"),
        bad("9112 7.1 minus zero", "-0\r\n\r\n"),
        bad("9112 7.1 blank behind the last size", "0 \r\n\r\n"),
        bad("9112 7.1 no line end behind the data", "2\r\nab0\r\n\r\n"),
        bad("9112 7.1 two line ends behind the data", "2\r\nab\r\n\r\n0\r\n\r\n"),
        bad("9112 7.1 LF CR behind the data", "2\r\nab\n\r0\r\n\r\n"),
        bad("9112 7.1 DEL in an extension", "2;\u{7f}\r\nab\r\n0\r\n\r\n"),
        bad("9110 15.5.14 2^63 - 1", "7fffffffffffffff\r\n", .bodyTooLarge),
        bad("9110 15.5.14 2^32 + 2", "100000002\r\nab\r\n0\r\n\r\n", .bodyTooLarge),
        bad("9112 7.1.2 two CR", "0\r\n\r\r\n", .malformedTrailer),
        bad("9112 7.1.2 blank before the end", "0\r\n \r\n\r\n", .malformedTrailer),
        bad("9112 7.1.2 data behind the last chunk", "0\r\nab\r\n0\r\n\r\n", .malformedTrailer),
        .unfinished("9112 8 one byte short", RequestRow.chunked("3\r\nab")),
        .unfinished("9112 8 no end of the size", RequestRow.chunked("2")),
        .unfinished("9112 8 in an extension", RequestRow.chunked("2;a=\"")),
        .unfinished("9112 8 in the trailers", RequestRow.chunked("0\r\nX: 1\r\n")),
    ]
}
