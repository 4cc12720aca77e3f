import Reactor

extension RequestRows {
    private static func good(_ section: String, _ coded: String, _ body: String, limits: HTTPLimits = HTTPLimits())
        -> RequestRow
    {
        .good(section, RequestRow.chunked(coded), .post, "/o", body: body, limits: limits)
    }

    private static func bad(_ section: String, _ coded: String, limits: HTTPLimits = HTTPLimits()) -> RequestRow {
        .bad(section, RequestRow.chunked(coded), .malformedChunk, limits: limits)
    }

    static let chunks: [RequestRow] = [
        good("9112 7.1", "5\r\nhello\r\n0\r\n\r\n", "hello"),
        good("9112 7.1 empty body", "0\r\n\r\n", ""),
        good("9112 7.1 several", "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n", "abcdef"),
        good("9112 7.1 hex in both cases", "a\r\n0123456789\r\nB\r\nabcdefghijk\r\n0\r\n\r\n", "0123456789abcdefghijk"),
        good("9112 7.1 leading zeros", "0000000000000002\r\nab\r\n000\r\n\r\n", "ab"),
        good("9112 7.1 data like framing", "9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n\r\n"),
        good("9112 7.1.1 extension", "2;a\r\nab\r\n0;b=\"c;d\"\r\n\r\n", "ab"),
        good("9112 7.1.1 blanks before it", "2 \t;a=b\r\nab\r\n0\r\n\r\n", "ab"),
        .unfinished("9112 8 no last chunk", RequestRow.chunked("2\r\nab\r\n")),
        .unfinished("9112 8 no empty line", RequestRow.chunked("2\r\nab\r\n0\r\n\r")),
        bad("9112 7.1 no size", "\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 no hex digit", "g\r\n"),
        bad("9112 7.1 prefix", "0x2\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 plus", "+2\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 minus", "-2\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 underscore", "1_0\r\n"),
        bad("9112 7.1 blank before the size", " 2\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 blank behind the size", "2 \r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 17 digits", "00000000000000002\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 bare LF behind the size", "2\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 bare CR behind the size", "2\rab\r\n0\r\n\r\n"),
        bad("9112 7.1 data too long", "2\r\nabc\r\n0\r\n\r\n"),
        bad("9112 7.1 data too short", "3\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1 bare LF behind the data", "2\r\nab\n0\r\n\r\n"),
        bad("9112 7.1 bare CR behind the data", "2\r\nab\r0\r\n\r\n"),
        bad("9112 7.1.1 bare LF in an extension", "2;a\nab\r\n0\r\n\r\n"),
        bad("9112 7.1.1 bare CR in an extension", "2;a\rb\r\nab\r\n0\r\n\r\n"),
        bad("9112 7.1.1 NUL in an extension", "2;a\u{0}\r\nab\r\n0\r\n\r\n"),
        .bad("9110 15.5.14 largest size", RequestRow.chunked("ffffffffffffffff\r\n"), .bodyTooLarge),
        .bad("9110 15.5.14 2^63", RequestRow.chunked("8000000000000000\r\n"), .bodyTooLarge),
    ]

    static let trailers: [RequestRow] = [
        good("9112 7.1.2", "2\r\nab\r\n0\r\nX: 1\r\nY:\t\u{e9}\r\n\r\n", "ab"),
        good("9110 6.5.1 framing fields are dropped too", "0\r\nContent-Length: 9\r\n\r\n", ""),
        .bad("9110 5.1 no colon", RequestRow.chunked("0\r\nX\r\n\r\n"), .malformedTrailer),
        .bad("9110 5.1 empty name", RequestRow.chunked("0\r\n: 1\r\n\r\n"), .malformedTrailer),
        .bad("9112 5.1 blank before the colon", RequestRow.chunked("0\r\nX : 1\r\n\r\n"), .malformedTrailer),
        .bad("9112 5.2 obs-fold", RequestRow.chunked("0\r\nX: 1\r\n 2\r\n\r\n"), .malformedTrailer),
        .bad("9110 5.5 NUL", RequestRow.chunked("0\r\nX: \u{0}\r\n\r\n"), .malformedTrailer),
        .bad("9112 2.2 bare LF", RequestRow.chunked("0\r\nX: 1\n\r\n"), .malformedTrailer),
        .bad("9112 2.2 bare CR", RequestRow.chunked("0\r\nX: 1\r\r\n"), .malformedTrailer),
        .bad("9112 7.1 bare LF as empty line", RequestRow.chunked("0\r\n\n"), .malformedTrailer),
        .bad("9112 7.1 a request without empty line", RequestRow.chunked("0\r\nGET / HTTP/1.1\r\n"), .malformedTrailer),
    ]
}
