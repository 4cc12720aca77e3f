/// What a server does with requests. Called on the loop's thread.
package protocol HTTPHandler: AnyObject {
    /// Answers now or later, but always, with ``HTTPServer/respond(to:_:)`` on the same loop.
    func handle(_ request: HTTPRequest, token: ResponseToken, server: HTTPServer)

    /// Answers, at once, a request that the server itself refuses; the connection closes behind it.
    ///
    /// - Parameter origin: its Origin header, when its head was understood.
    func refuse(
        _ status: HTTPStatus, _ reason: StaticString, origin: UnsafeRawBufferPointer?, token: ResponseToken,
        server: HTTPServer)
}

/// A request whose bytes lie in a buffer that the connection lends for the time of one call: copy what must live
/// longer.
package struct HTTPRequest {
    package let head: RequestHead
    /// From the request's first byte on; the ranges of `head` refer to it.
    package let bytes: UnsafeRawBufferPointer
    /// The whole body, decoded; at least ``ByteBuffer/slack`` bytes behind it may be read.
    package let body: UnsafeRawBufferPointer

    package var method: HTTPMethod { head.method }
    package var path: UnsafeRawBufferPointer { head.path.of(bytes) }
    package var query: UnsafeRawBufferPointer { head.query.of(bytes) }
}

@available(*, unavailable)
extension HTTPRequest: Sendable {}

/// An answer as a handler gives it; the bytes are copied before the call returns.
package struct HTTPResponse {
    package var status: HTTPStatus
    /// Left out of answers without a body.
    package var contentType: StaticString? = "application/json"
    /// Whole header lines, each with its CRLF.
    package var headerLines = UnsafeRawBufferPointer(start: nil, count: 0)
    /// More of them, for a handler that has some ready for many answers.
    package var sharedLines = UnsafeRawBufferPointer(start: nil, count: 0)
    package var body = UnsafeRawBufferPointer(start: nil, count: 0)

    @inlinable
    package init(_ status: HTTPStatus) { self.status = status }
}

@available(*, unavailable)
extension HTTPResponse: Sendable {}
