/// What the head of one request says: a few flags, and offsets from the request's first byte.
///
/// Names and values of its headers are looked up in the ``HeadParser`` that made it.
package struct RequestHead: Equatable, Sendable {
    package enum TargetForm: UInt8, Sendable {
        /// `/path?query` (RFC 9112 section 3.2.1).
        case origin
        /// `http://host/path?query` (3.2.2).
        case absolute
        /// `host:port`, only with CONNECT (3.2.3).
        case authority
        /// `*`, only with OPTIONS (3.2.4) and with methods that are not known here.
        case asterisk
    }

    package enum BodyFraming: Equatable, Sendable {
        case none
        /// Bytes, by Content-Length; within the limit of the body.
        case length(Int)
        case chunked
    }

    package var method: HTTPMethod = .other
    package var targetForm: TargetForm = .origin
    /// The y of HTTP/1.y: 0, or 1 for every later one.
    package var minorVersion: UInt8 = 1
    /// Whether the client wants the connection to go on after the answer.
    package var keepAlive = true
    /// Whether the client waits for a 100 before it sends the body that ``body`` announces.
    package var expectsContinue = false
    package var headerCount: UInt16 = 0
    /// From the request's first byte to the end of the empty line: where the body begins.
    package var headBytes: UInt32 = 0
    package var target: ByteRange = .empty
    /// Not decoded. Empty for the authority form, and where an absolute form has none (which means `/`, or `*` for
    /// OPTIONS).
    package var path: ByteRange = .empty
    /// Not decoded, without the `?`.
    package var query: ByteRange = .empty
    package var body: BodyFraming = .none

    /// That of an HTTP/1.1 request of nothing; handlers get theirs from a ``RequestFramer``.
    package init() {}
}
