import Reactor

/// What desynchronised servers from the proxies in front of them: two readings of where a request ends.
extension RequestRows {
    private static let coding = "Transfer-Encoding: chunked\r\n"
    private static let smuggled = "0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func post(_ section: String, _ lines: String, _ reason: HTTPRejection) -> RequestRow {
        .bad(section, RequestRow.post(lines, smuggled), reason)
    }

    static let lengthAgainstCoding: [RequestRow] = [
        post("9112 6.3 rule 3, CL.TE", "Content-Length: 6\r\n\(coding)", .ambiguousLength),
        post("9112 6.3 rule 3, TE.CL", "\(coding)Content-Length: 6\r\n", .ambiguousLength),
        post("9112 6.3 rule 3, CL.0", "Content-Length: 0\r\n\(coding)", .ambiguousLength),
        post("9112 6.3 rule 3, apart", "Content-Length: 6\r\nX: 1\r\n\(coding)", .ambiguousLength),
        post("9112 6.3 rule 3, coding unknown", "Content-Length: 6\r\nTransfer-Encoding: x\r\n", .ambiguousLength),
        post(
            "9112 6.1 unknown, then a length", "Transfer-Encoding: x\r\nContent-Length: 6\r\n",
            .unsupportedTransferEncoding),
        post("9112 6.3 rule 5, length broken", "Content-Length: x\r\n\(coding)", .malformedContentLength),
        .bad(
            "9112 6.1 both in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\(coding)\r\n0\r\n\r\n",
            .transferEncodingInHTTP10),
        .bad(
            "9112 6.1 kept alive in HTTP/1.0", "POST / HTTP/1.0\r\nConnection: keep-alive\r\n\(coding)\r\n0\r\n\r\n",
            .transferEncodingInHTTP10),
        .good(
            "9112 6.3 rule 6, HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", .post, "/", minorVersion: 0,
            keepAlive: false, body: "ab"),
        .good(
            "9112 6.1 HTTP/1.2 is 1.1", "POST / HTTP/1.2\r\nHost: a\r\n\(coding)\r\n1\r\na\r\n0\r\n\r\n", .post, "/",
            body: "a"),
        .good("9110 5.1 another name", RequestRow.post("Content_Length: 5\r\n"), .post, "/o"),
        .good("9110 5.1 longer name", RequestRow.post("Content-Lengthy: 5\r\nXTransfer-Encoding: x\r\n"), .post, "/o"),
        .good("9110 5.1 TE is no coding", RequestRow.get("TE: trailers, chunked\r\n"), .get, "/"),
    ]

    static let hiddenCodings: [RequestRow] = [
        .good("9110 5.5 tab before", RequestRow.post("Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n"), .post, "/o"),
        .good("9110 5.5 blanks behind", RequestRow.post("Transfer-Encoding: chunked \t\r\n", "0\r\n\r\n"), .post, "/o"),
        post("9112 5.1 blank before the colon", "Transfer-Encoding : chunked\r\n", .malformedHeaderName),
        post("9112 5.1 tab before the colon", "Transfer-Encoding\t: chunked\r\n", .malformedHeaderName),
        post("9112 5.2 folded name", "Transfer-Encoding\r\n : chunked\r\n", .malformedHeaderName),
        post("9112 5.2 folded value", "Transfer-Encoding:\r\n chunked\r\n", .malformedTransferEncoding),
        post("9112 5.2 coding in a fold", "X: 1\r\n \(coding)", .foldedHeader),
        post("9112 5.2 length in a fold", "X: 1\r\n\tContent-Length: 5\r\n", .foldedHeader),
        post("9112 5.2 length that goes on", "Content-Length: 5\r\n 6\r\n", .foldedHeader),
        post("9112 5.2 empty fold", "X: 1\r\n \r\n", .foldedHeader),
        post("9112 2.2 coding behind a bare LF", "X: 1\n\(coding)", .malformedLineEnd),
        post("9112 2.2 coding behind a bare CR", "X: 1\r\(coding)", .malformedLineEnd),
        post("9112 2.2 LF in the name", "Transfer-Encoding\n: chunked\r\n", .malformedHeaderName),
        post("9112 2.2 CR in the name", "Transfer\r-Encoding: chunked\r\n", .malformedHeaderName),
        post("9110 5.5 NUL before", "Transfer-Encoding: \u{0}chunked\r\n", .malformedHeaderValue),
        post("9110 5.5 NUL behind", "Transfer-Encoding: chunked\u{0}\r\n", .malformedHeaderValue),
        post("9110 5.5 form feed", "Transfer-Encoding: \u{c}chunked\r\n", .malformedHeaderValue),
        post("9110 5.1 obs-text in the name", "Transfer-Encoding\u{a0}: chunked\r\n", .malformedHeaderName),
        post("9112 6.1 two codings", "Transfer-Encoding: cow, chunked\r\n", .unsupportedTransferEncoding),
        post("9112 6.3 rule 4", "Transfer-Encoding: chunked, cow\r\n", .malformedTransferEncoding),
        post("9112 6.1 in two lines", "Transfer-Encoding: cow\r\n\(coding)", .unsupportedTransferEncoding),
        post("9112 6.3 rule 4, in two lines", "\(coding)Transfer-Encoding: cow\r\n", .malformedTransferEncoding),
        post("9112 6.1 empty line behind", "\(coding)Transfer-Encoding:\r\n", .malformedTransferEncoding),
        post("9112 6.1 in single quotes", "Transfer-Encoding: 'chunked'\r\n", .unsupportedTransferEncoding),
        post("9112 7 empty parameter", "Transfer-Encoding: chunked;\r\n", .malformedTransferEncoding),
        post("9112 6.1 no separator", "Transfer-Encoding: chunked chunked\r\n", .malformedTransferEncoding),
        // Section 5.6.1.2 of RFC 9110 would have empty elements ignored; who forwarded them may have read something
        // else.
        post("9110 5.6.1 empty elements alone", "Transfer-Encoding: ,,\r\n", .malformedTransferEncoding),
    ]

    static let hiddenLengths: [RequestRow] = [
        .good(
            "9110 8.6 many leading zeros",
            RequestRow.post("Content-Length: \(String(repeating: "0", count: 40))2\r\n", "ab"),
            .post, "/o", body: "ab"),
        .good("9110 5.5 blanks around", RequestRow.post("Content-Length:\t 2 \t\r\n", "ab"), .post, "/o", body: "ab"),
        post("9112 6.3 rule 5, in any case", "CONTENT-LENGTH: 5\r\ncontent-length: 5\r\n", .repeatedContentLength),
        post("9112 6.3 rule 5, zeros", "Content-Length: 5\r\nContent-Length: 05\r\n", .repeatedContentLength),
        post("9112 6.3 rule 5, three", "Content-Length: 0\r\nX: 1\r\nContent-Length: 0\r\n", .repeatedContentLength),
        post("9112 6.3 rule 5, other list", "Content-Length: 5, 6\r\n", .malformedContentLength),
        post("9112 6.3 rule 5, comma before", "Content-Length: ,5\r\n", .malformedContentLength),
        post("9112 6.3 rule 5, comma behind", "Content-Length: 5,\r\n", .malformedContentLength),
        post("9110 8.6 exponent", "Content-Length: 1e1\r\n", .malformedContentLength),
        post("9110 8.6 parameter", "Content-Length: 5;a=b\r\n", .malformedContentLength),
        post("9110 8.6 underscore", "Content-Length: 1_0\r\n", .malformedContentLength),
        post("9110 8.6 minus zero", "Content-Length: -0\r\n", .malformedContentLength),
        post("9110 8.6 plus alone", "Content-Length: +\r\n", .malformedContentLength),
        post("9110 8.6 digits of another script", "Content-Length: \u{665}\r\n", .malformedContentLength),
        post(
            "9110 8.6 100 digits", "Content-Length: \(String(repeating: "9", count: 100))\r\n", .malformedContentLength),
        post("9110 15.5.14 2^63 - 1", "Content-Length: 9223372036854775807\r\n", .bodyTooLarge),
        post("9110 15.5.14 2^32 + 5", "Content-Length: 4294967301\r\n", .bodyTooLarge),
        post("9110 5.5 NUL behind", "Content-Length: 5\u{0}\r\n", .malformedHeaderValue),
        post("9110 5.5 vertical tab", "Content-Length: \u{b}5\r\n", .malformedHeaderValue),
        .good(
            "9112 6.3 body that is a request", RequestRow.post("Content-Length: 33\r\n", smuggled), .post, "/o",
            body: smuggled),
    ]
}
