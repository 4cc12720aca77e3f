/// Requests as bytes, for tests that care about each of them.
enum RawRequest {
    static let health = "GET /health HTTP/1.1\r\nHost: test\r\n\r\n"

    static func create(_ order: TestOrder, headers: String = "") -> String {
        let body = order.body
        return "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// `body` in chunks of `size` bytes, with an extension here and there, and a trailer.
    static func chunkedCreate(_ order: TestOrder, size: Int) -> String {
        var text = "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        var rest = Array(order.body.utf8)[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            rest = rest.dropFirst(size)
            text += "\(String(chunk.count, radix: 16));n=\"v\"\r\n\(String(decoding: chunk, as: UTF8.self))\r\n"
        }
        return text + "0\r\nX-Sum: 1\r\n\r\n"
    }
}
