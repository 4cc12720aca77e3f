import Reactor

extension RequestRows {
    static let lengths: [RequestRow] = [
        .good("9112 6.3", RequestRow.post("Content-Length: 5\r\n", "hello"), .post, "/o", body: "hello"),
        .good("9112 6.3 rule 7, none", RequestRow.post(""), .post, "/o"),
        .good("9112 6.3 zero", RequestRow.post("Content-Length: 0\r\n"), .post, "/o"),
        .good("9110 8.6 leading zeros", RequestRow.post("content-length: 0002\r\n", "{}"), .post, "/o", body: "{}"),
        .good("9110 9.3.1 GET with a body", RequestRow.get("CONTENT-LENGTH: 2\r\n") + "ab", .get, "/", body: "ab"),
        .good(
            "9112 6.3 body like a request", RequestRow.post("Content-Length: 18\r\n", "GET / HTTP/1.1\r\n\r\n"), .post,
            "/o",
            body: "GET / HTTP/1.1\r\n\r\n"),
        .unfinished("9112 6.3 body not there", RequestRow.post("Content-Length: 5\r\n", "hell")),
        .bad("9110 8.6 plus", RequestRow.post("Content-Length: +5\r\n", "hello"), .malformedContentLength),
        .bad("9110 8.6 minus", RequestRow.post("Content-Length: -5\r\n", "hello"), .malformedContentLength),
        .bad("9110 8.6 empty", RequestRow.post("Content-Length:\r\n"), .malformedContentLength),
        .bad("9110 8.6 blank inside", RequestRow.post("Content-Length: 1 0\r\n"), .malformedContentLength),
        .bad("9110 8.6 hex", RequestRow.post("Content-Length: 0x5\r\n"), .malformedContentLength),
        .bad("9110 8.6 fraction", RequestRow.post("Content-Length: 5.0\r\n"), .malformedContentLength),
        .bad("9110 8.6 letter", RequestRow.post("Content-Length: 5a\r\n"), .malformedContentLength),
        .bad("9110 8.6 quoted", RequestRow.post("Content-Length: \"5\"\r\n"), .malformedContentLength),
        .bad(
            "9110 8.6 overflow by product", RequestRow.post("Content-Length: 92233720368547758070\r\n"),
            .malformedContentLength),
        .bad(
            "9110 8.6 overflow by sum", RequestRow.post("Content-Length: 9223372036854775808\r\n"),
            .malformedContentLength),
        .bad("9110 8.6 2^64 + 5", RequestRow.post("Content-Length: 18446744073709551621\r\n"), .malformedContentLength),
        .bad("9112 6.3 rule 5, list", RequestRow.post("Content-Length: 5, 5\r\n"), .malformedContentLength),
        .bad(
            "9112 6.3 rule 5, same", RequestRow.post("Content-Length: 5\r\nContent-Length: 5\r\n"),
            .repeatedContentLength),
        .bad(
            "9112 6.3 rule 5, other", RequestRow.post("Content-Length: 5\r\nContent-Length: 6\r\n"),
            .repeatedContentLength),
        .bad("9112 5.1 blank before the colon", RequestRow.post("Content-Length : 5\r\n"), .malformedHeaderName),
    ]

    static let codings: [RequestRow] = [
        .good(
            "9112 6.1 name of the coding in any case", RequestRow.post("Transfer-Encoding: ChunKed\r\n", "0\r\n\r\n"),
            .post,
            "/o"),
        .good("9112 6.1 GET", RequestRow.get("transfer-encoding:chunked\r\n") + "0\r\n\r\n", .get, "/"),
        .bad(
            "9112 6.1 with a length before", RequestRow.post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            .ambiguousLength),
        .bad(
            "9112 6.1 with a length behind", RequestRow.post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
            .ambiguousLength),
        .bad(
            "9112 6.1 in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10),
        .bad("9112 6.1 unknown", RequestRow.post("Transfer-Encoding: gzip\r\n"), .unsupportedTransferEncoding),
        .bad("9112 7 identity", RequestRow.post("Transfer-Encoding: identity\r\n"), .unsupportedTransferEncoding),
        .bad(
            "9112 6.1 gzip first", RequestRow.post("Transfer-Encoding: gzip, chunked\r\n"), .unsupportedTransferEncoding
        ),
        .bad(
            "9112 6.1 almost chunked", RequestRow.post("Transfer-Encoding: xchunked\r\n"), .unsupportedTransferEncoding),
        .bad("9112 6.1 chunked-ish", RequestRow.post("Transfer-Encoding: chunkedx\r\n"), .unsupportedTransferEncoding),
        .bad(
            "9112 7 unknown with parameter", RequestRow.post("Transfer-Encoding: x ; q=1\r\n"),
            .unsupportedTransferEncoding),
        .bad("9112 6.1 twice", RequestRow.post("Transfer-Encoding: chunked, chunked\r\n"), .malformedTransferEncoding),
        .bad(
            "9112 6.1 twice in two lines",
            RequestRow.post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), .malformedTransferEncoding),
        .bad(
            "9112 6.1 not last, in two lines",
            RequestRow.post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
            .malformedTransferEncoding),
        .bad(
            "9112 6.3 rule 4, not last", RequestRow.post("Transfer-Encoding: chunked, gzip\r\n"),
            .malformedTransferEncoding),
        .bad("9112 7.1 parameter", RequestRow.post("Transfer-Encoding: chunked;q=1\r\n"), .malformedTransferEncoding),
        .bad("9112 6.1 empty", RequestRow.post("Transfer-Encoding:\r\n"), .malformedTransferEncoding),
        .bad(
            "9110 5.6.1 empty element before", RequestRow.post("Transfer-Encoding: ,chunked\r\n"),
            .malformedTransferEncoding),
        .bad(
            "9110 5.6.1 empty element behind", RequestRow.post("Transfer-Encoding: chunked,\r\n"),
            .malformedTransferEncoding),
        .bad("9112 6.1 quoted", RequestRow.post("Transfer-Encoding: \"chunked\"\r\n"), .malformedTransferEncoding),
        .bad("9112 6.1 blank inside", RequestRow.post("Transfer-Encoding: chun ked\r\n"), .malformedTransferEncoding),
        .bad("9112 6.1 obs-text", RequestRow.post("Transfer-Encoding: chunked\u{a0}\r\n"), .malformedTransferEncoding),
    ]

    static let connections: [RequestRow] = [
        .good("9112 9.6 close", RequestRow.get("Connection: close\r\n"), .get, "/", keepAlive: false),
        .good("9110 7.6.1 any case", RequestRow.get("connection: ClOsE\r\n"), .get, "/", keepAlive: false),
        .good("9110 7.6.1 list", RequestRow.get("Connection: te ,\tclose\r\n"), .get, "/", keepAlive: false),
        .good(
            "9110 7.6.1 two lines", RequestRow.get("Connection: te\r\nConnection: close\r\n"), .get, "/",
            keepAlive: false),
        .good("9112 9.3 close wins", RequestRow.get("Connection: close, keep-alive\r\n"), .get, "/", keepAlive: false),
        .good("9112 9.3 redundant", RequestRow.get("Connection: keep-alive\r\n"), .get, "/"),
        .good("9110 7.6.1 other option", RequestRow.get("Connection: closed, upgrade,,\r\n"), .get, "/"),
        .good(
            "9112 9.3 HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", .get, "/",
            minorVersion: 0),
        .good(
            "9112 9.3 HTTP/1.0 close wins", "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
            .get,
            "/", minorVersion: 0, keepAlive: false),
        .good(
            "9112 9.3 HTTP/1.0 other option", "GET / HTTP/1.0\r\nConnection: x\r\n\r\n", .get, "/", minorVersion: 0,
            keepAlive: false),
    ]

    static let expectations: [RequestRow] = [
        .good(
            "9110 10.1.1", RequestRow.post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ab"), .post, "/o",
            expectsContinue: true, body: "ab"),
        .good(
            "9110 10.1.1 any case, chunked",
            RequestRow.post("expect: 100-CONTINUE\r\nTransfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"), .post,
            "/o",
            expectsContinue: true, body: "ab"),
        .good("9110 10.1.1 without body", RequestRow.post("Expect: 100-continue\r\n"), .post, "/o"),
        .good("9110 10.1.1 empty body", RequestRow.post("Expect: 100-continue\r\nContent-Length: 0\r\n"), .post, "/o"),
        .good(
            "9110 10.1.1 HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab", .post,
            "/",
            minorVersion: 0, keepAlive: false, body: "ab"),
        .bad("9110 15.5.18", RequestRow.post("Expect: 200-ok\r\n"), .unsupportedExpectation),
        .bad("9110 15.5.18 one of two", RequestRow.post("Expect: 100-continue, x\r\n"), .unsupportedExpectation),
        .bad("9110 15.5.18 parameter", RequestRow.post("Expect: 100-continue;a=b\r\n"), .unsupportedExpectation),
    ]
}
