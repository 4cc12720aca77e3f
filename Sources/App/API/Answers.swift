package import Metrics
import Orders
import Queue
package import Reactor

/// Writes the answers of one event loop: one buffer for bodies and one for header lines, reused for every answer.
package final class Answers {
    private var body = ByteBuffer()
    private var lines = ByteBuffer()
    private let cors: CORSLines
    package let metrics: LoopMetrics
    /// The server has the handler, which has the answers: whoever attached the server detaches it in the end.
    private var server: HTTPServer?

    /// How long a client should wait before it tries again (RFC 9110, section 10.2.3).
    static let retryAfter: StaticString = "Retry-After: 1\r\n"

    package init(cors: CORSPolicy, metrics: LoopMetrics) {
        self.cors = CORSLines(cors)
        self.metrics = metrics
    }

    package func attach(_ server: HTTPServer) { self.server = server }

    package func detach() { server = nil }

    /// The token of a request with this Origin header: its answer tells a browser what the request's script may read.
    package func token(_ token: ResponseToken, origin: UnsafeRawBufferPointer?) -> ResponseToken {
        var token = token
        token.note = cors.number(of: origin)
        return token
    }

    /// Every answer leaves through here.
    private func respond(to token: ResponseToken, _ response: HTTPResponse) {
        var response = response
        response.sharedLines = cors.lines(token.note)
        metrics.answered(beganMicroseconds: token.beganMicroseconds, route: token.kind, status: response.status.ordinal)
        server?.respond(to: token, response)
    }

    /// `bytes` as they are.
    func send(_ status: HTTPStatus, _ bytes: UnsafeRawBufferPointer, to token: ResponseToken) {
        var response = HTTPResponse(status)
        response.body = bytes
        respond(to: token, response)
    }

    /// An order with its version as entity tag, or 304 without the order where the client has that version already (RFC
    /// 9110, section 15.4.5).
    func send(order: UnsafeRawBufferPointer, _ version: OrderVersion, to question: OrderQuestion) {
        let isKnown = question.unless.map { $0.matches(version) } ?? false
        var response = HTTPResponse(isKnown ? .notModified : .ok)
        lines.removeAll()
        lines.append("ETag: \"")
        lines.append(decimal: version.number)
        lines.append("\"\r\n")
        if question.isUnsure { lines.append(Self.cacheBypassed) }
        response.headerLines = lines.bytes
        if isKnown { response.contentType = nil } else { response.body = order }
        respond(to: question.token, response)
    }

    /// The cache was not asked, or doesn't have all that was accepted (RFC 9211, section 2.2).
    static let cacheBypassed: StaticString = "Cache-Status: spillway; fwd=bypass\r\n"

    /// In Prometheus' text format.
    func send(metrics text: [UInt8], to token: ResponseToken) {
        text.withUnsafeBytes { bytes in
            var response = HTTPResponse(.ok)
            response.contentType = MetricsText.contentType
            response.body = bytes
            respond(to: token, response)
        }
    }

    /// A page for people.
    func send(page html: StaticString, lines headerLines: StaticString, to token: ResponseToken) {
        var response = HTTPResponse(.ok)
        response.contentType = "text/html; charset=utf-8"
        response.headerLines = Self.bytes(headerLines)
        response.body = Self.bytes(html)
        respond(to: token, response)
    }

    /// Begins a stream of events. True when events may follow by ``append(_:to:)``.
    func beginEvents(_ first: StaticString, to token: ResponseToken) -> Bool {
        guard let server else { return false }
        var response = HTTPResponse(.ok)
        response.contentType = "text/event-stream"
        response.headerLines = Self.bytes(Self.eventLines)
        response.sharedLines = cors.lines(token.note)
        response.body = Self.bytes(first)
        metrics.answered(beganMicroseconds: token.beganMicroseconds, route: token.kind, status: response.status.ordinal)
        return server.beginStream(to: token, response)
    }

    /// No proxy may keep events back; the last line says so to nginx.
    private static let eventLines: StaticString = "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"

    /// False when the stream has ended.
    package func append(_ event: [UInt8], to token: ResponseToken) -> Bool {
        event.withUnsafeBytes { server?.append($0, to: token) } ?? false
    }

    func isOpen(_ token: ResponseToken) -> Bool { server?.isStreaming(to: token) ?? false }

    /// The body that `write` appends.
    func send(
        _ status: HTTPStatus, lines headerLines: StaticString = "", to token: ResponseToken,
        _ write: (inout ByteBuffer) -> Void
    ) {
        body.removeAll()
        write(&body)
        var response = HTTPResponse(status)
        response.headerLines = Self.bytes(headerLines)
        response.body = body.bytes
        respond(to: token, response)
    }

    /// `{"error": message}`.
    func fail(
        _ status: HTTPStatus, _ message: String, lines headerLines: StaticString = "", to token: ResponseToken
    ) {
        fail(status, message, lines: Self.bytes(headerLines), to: token)
    }

    /// 503: a request that would be taken at another time, for which the client should come again.
    package func shed(_ reason: ShedReason, _ message: String, to token: ResponseToken) {
        metrics.shed(reason)
        fail(.serviceUnavailable, message, lines: Self.retryAfter, to: token)
    }

    private func fail(
        _ status: HTTPStatus, _ message: String, lines headerLines: UnsafeRawBufferPointer, to token: ResponseToken
    ) {
        body.removeAll()
        body.appendJSONObject { $0.member("error", message) }
        var response = HTTPResponse(status)
        response.headerLines = headerLines
        response.body = body.bytes
        respond(to: token, response)
    }

    /// A fixed body.
    func send(_ status: HTTPStatus, _ body: StaticString, to token: ResponseToken) {
        send(status, Self.bytes(body), to: token)
    }

    /// 405 with the methods that the path knows (RFC 9110, section 15.5.6).
    func failMethod(_ allowed: AllowedMethods, to token: ResponseToken) {
        fail(.methodNotAllowed, "allowed here: \(allowed)", lines: allowLine(allowed), to: token)
    }

    /// The answer to OPTIONS, and to a browser that asks by it.
    func sendAllowed(_ allowed: AllowedMethods, to preflight: Preflight?, token: ResponseToken) {
        var response = HTTPResponse(.noContent)
        response.contentType = nil
        response.headerLines = allowLine(allowed)
        if let preflight, token.note != CORSLines.nobody {
            preflight.append(allowed, to: &lines)
            response.headerLines = lines.bytes
        }
        respond(to: token, response)
    }

    private func allowLine(_ allowed: AllowedMethods) -> UnsafeRawBufferPointer {
        lines.removeAll()
        lines.append("Allow: ")
        lines.append(string: allowed.description)
        lines.append("\r\n")
        return lines.bytes
    }

    private static func bytes(_ literal: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// The 202 of a write (docs/contract.md section 1).
    func accept(_ write: Write) { accept(write.kind, job: write.jobID, order: write.orderID, to: write.token) }

    /// - Parameter isReplay: the request was answered before, and this is that answer again.
    func accept(_ kind: JobKind, job: UUID, order: UUID, isReplay: Bool = false, to token: ResponseToken) {
        body.removeAll()
        body.append("{\"job_id\":\"")
        body.append(job)
        body.append("\",\"job_type\":\"")
        body.append(kind.name)
        body.append("\",\"status\":\"queued\",\"order_id\":\"")
        body.append(order)
        body.append("\",\"message\":\"")
        body.append(Self.message(of: kind))
        body.append("\"}")
        var response = HTTPResponse(.accepted)
        if kind == .createOrder {
            lines.removeAll()
            lines.append("Location: /orders/")
            lines.append(order)
            lines.append("\r\n")
            if isReplay { lines.append(Self.replayed) }
            response.headerLines = lines.bytes
        }
        response.body = body.bytes
        respond(to: token, response)
    }

    static let replayed: StaticString = "Idempotent-Replayed: true\r\n"

    private static func message(of kind: JobKind) -> StaticString {
        switch kind {
        case .createOrder: "Order accepted for processing"
        case .updateOrderStatus: "Status update accepted for processing"
        case .deleteOrder: "Order deletion accepted for processing"
        }
    }
}
