import Reactor

extension RequestRows {
    private static let small = HTTPLimits(
        requestLineBytes: 32, headBytes: 128, headerCount: 4, bodyBytes: 16, chunkOverheadBytes: 24, trailerBytes: 16)

    /// A GET whose request line has `bytes` bytes.
    private static func line(_ bytes: Int) -> String {
        "GET /" + String(repeating: "a", count: bytes - 14) + " HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    /// A GET whose head has `bytes` bytes.
    private static func head(_ bytes: Int) -> String {
        RequestRow.get("X: " + String(repeating: "a", count: bytes - 32) + "\r\n")
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static func chunk(_ data: String, _ suffix: String = "") -> String {
        String(data.utf8.count, radix: 16) + suffix + "\r\n" + data + "\r\n"
    }

    static let limits: [RequestRow] = [
        .good("9112 3 line at the limit", line(32), .get, "/" + letters(18), limits: small),
        .good("9112 2.2 at the limit behind an empty line", "\r\n" + line(32), .get, "/" + letters(18), limits: small),
        .bad("9110 15.5.15 line past the limit", line(33), .requestLineTooLong, limits: small),
        .bad("9110 15.5.15 endless method", letters(40), .requestLineTooLong, limits: small),
        .bad("9110 15.5.15 endless target", "GET /" + letters(40), .requestLineTooLong, limits: small),
        .bad("9112 3 error before the limit", "GET /\n" + letters(40), .malformedTarget, limits: small),
        .good("6585 5 head at the limit", head(128), .get, "/", limits: small),
        .bad("6585 5 head past the limit", head(129), .headTooLarge, limits: small),
        .bad("6585 5 endless name", "GET / HTTP/1.1\r\n" + letters(112), .headTooLarge, limits: small),
        .bad("6585 5 endless value", "GET / HTTP/1.1\r\nX:" + letters(110), .headTooLarge, limits: small),
        .good("6585 5 headers at the limit", RequestRow.get("X:\r\nY:\r\nZ:\r\n"), .get, "/", limits: small),
        .bad(
            "6585 5 headers past the limit", RequestRow.get("X:\r\nY:\r\nZ:\r\nA:\r\n"), .tooManyHeaders, limits: small),
        .good(
            "9110 15.5.14 body at the limit", RequestRow.post("Content-Length: 16\r\n", letters(16)), .post, "/o",
            body: letters(16), limits: small),
        .bad(
            "9110 15.5.14 body past the limit", RequestRow.post("Content-Length: 17\r\n"), .bodyTooLarge, limits: small),
        .good(
            "9110 15.5.14 chunks at the limit",
            RequestRow.chunked(chunk(letters(10)) + chunk(letters(6)) + "0\r\n\r\n"),
            .post, "/o", body: letters(16), limits: small),
        .bad("9110 15.5.14 chunk past the limit", RequestRow.chunked("11\r\n"), .bodyTooLarge, limits: small),
        .bad(
            "9110 15.5.14 chunks past the limit", RequestRow.chunked(chunk(letters(10)) + "7\r\n"), .bodyTooLarge,
            limits: small),
        .good(
            "9112 7.1.1 extension at the limit", RequestRow.chunked("1;" + letters(20) + "\r\na\r\n0\r\n\r\n"), .post,
            "/o",
            body: "a", limits: HTTPLimits(chunkOverheadBytes: 28)),
        .bad(
            "9112 7.1.1 extension past the limit", RequestRow.chunked("1;" + letters(20) + "\r\na\r\n0\r\n\r\n"),
            .chunkOverhead, limits: HTTPLimits(chunkOverheadBytes: 27)),
        .bad("9112 7.1.1 endless extension", RequestRow.chunked("1;" + letters(30)), .chunkOverhead, limits: small),
        .bad(
            "9112 7.1.1 one byte and an extension each",
            RequestRow.chunked(String(repeating: chunk("a", ";abcdefg"), count: 9)), .chunkOverhead,
            limits: HTTPLimits(chunkOverheadBytes: 64)),
        .bad(
            "9112 7.1 one byte each", RequestRow.chunked(String(repeating: chunk("a"), count: 20)), .chunkOverhead,
            limits: HTTPLimits(chunkOverheadBytes: 64)),
        .good(
            "9112 7.1.2 trailers at the limit", RequestRow.chunked("0\r\nX: 23456789\r\n\r\n"), .post, "/o",
            limits: HTTPLimits(trailerBytes: 15)),
        .bad(
            "9112 7.1.2 trailers past the limit", RequestRow.chunked("0\r\nX: 23456789\r\n\r\n"), .trailersTooLarge,
            limits: HTTPLimits(trailerBytes: 14)),
        .bad(
            "9112 7.1.2 endless trailers", RequestRow.chunked("0\r\nX:" + letters(20)), .trailersTooLarge, limits: small
        ),
    ]
}
