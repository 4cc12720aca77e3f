import Reactor

/// Writes answers: one buffer for bodies and one for header lines, reused for every answer of a loop.
struct Answers: ~Copyable {
    private var body = ByteBuffer()
    private var lines = ByteBuffer()

    /// How long a client should wait before it tries again (RFC 9110, section 10.2.3).
    static let retryAfter: StaticString = "Retry-After: 1\r\n"

    /// `bytes` as they are.
    func send(_ status: HTTPStatus, _ bytes: UnsafeRawBufferPointer, to token: ResponseToken, on server: HTTPServer) {
        var response = HTTPResponse(status)
        response.body = bytes
        server.respond(to: token, response)
    }

    /// `{"error": message}`.
    mutating func fail(
        _ status: HTTPStatus, _ message: String, lines headerLines: StaticString = "", to token: ResponseToken,
        on server: HTTPServer
    ) {
        fail(status, message, lines: Self.bytes(headerLines), to: token, on: server)
    }

    private mutating func fail(
        _ status: HTTPStatus, _ message: String, lines headerLines: UnsafeRawBufferPointer, to token: ResponseToken,
        on server: HTTPServer
    ) {
        body.removeAll()
        body.append("{\"error\":")
        var message = message
        message.withUTF8 { body.append(jsonString: UnsafeRawBufferPointer($0)) }
        body.append("}")
        var response = HTTPResponse(status)
        response.headerLines = headerLines
        response.body = body.bytes
        server.respond(to: token, response)
    }

    /// A fixed body.
    func send(_ status: HTTPStatus, _ body: StaticString, to token: ResponseToken, on server: HTTPServer) {
        send(status, Self.bytes(body), to: token, on: server)
    }

    /// 405 with the methods that the path knows (RFC 9110, section 15.5.6).
    mutating func failMethod(allow: StaticString, to token: ResponseToken, on server: HTTPServer) {
        fail(
            .methodNotAllowed, "allowed here: \(allow)", lines: allowLine(allow), to: token, on: server)
    }

    /// The answer to OPTIONS.
    mutating func sendAllowed(_ allow: StaticString, to token: ResponseToken, on server: HTTPServer) {
        var response = HTTPResponse(.noContent)
        response.contentType = nil
        response.headerLines = allowLine(allow)
        server.respond(to: token, response)
    }

    private mutating func allowLine(_ allow: StaticString) -> UnsafeRawBufferPointer {
        lines.removeAll()
        lines.append("Allow: ")
        lines.append(allow)
        lines.append("\r\n")
        return lines.bytes
    }

    private static func bytes(_ literal: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// The 202 of a write (contract.md section 1).
    mutating func accept(_ write: Write, on server: HTTPServer) {
        body.removeAll()
        body.append("{\"job_id\":\"")
        body.append(write.jobID)
        body.append("\",\"job_type\":\"")
        body.append(write.kind.name)
        body.append("\",\"status\":\"queued\",\"order_id\":\"")
        body.append(write.orderID)
        body.append("\",\"message\":\"")
        body.append(Self.message(of: write.kind))
        body.append("\"}")
        var response = HTTPResponse(.accepted)
        if write.kind == .createOrder {
            lines.removeAll()
            lines.append("Location: /orders/")
            lines.append(write.orderID)
            lines.append("\r\n")
            response.headerLines = lines.bytes
        }
        response.body = body.bytes
        server.respond(to: write.token, response)
    }

    private static func message(of kind: JobKind) -> StaticString {
        switch kind {
        case .createOrder: "Order accepted for processing"
        case .updateOrderStatus: "Status update accepted for processing"
        case .deleteOrder: "Order deletion accepted for processing"
        }
    }
}
