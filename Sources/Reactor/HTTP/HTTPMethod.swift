/// A request method (RFC 9110 section 9, RFC 5789 for PATCH, "The HTTP QUERY Method"); names are case-sensitive.
package enum HTTPMethod: UInt8, CaseIterable, Sendable {
    case get, head, post, put, patch, delete, options, connect, trace, query
    /// Any other token: well-formed, but nothing this server knows.
    case other

    /// The name on the wire; empty for ``other``.
    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .query: "QUERY"
        case .other: ""
        }
    }

    /// Length and first letter leave at most one candidate, which is then compared in full.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let candidate: HTTPMethod
        switch (range.count, bytes[range.lowerBound]) {
        case (3, UInt8(ascii: "G")): candidate = .get
        case (4, UInt8(ascii: "P")): candidate = .post
        case (5, UInt8(ascii: "P")): candidate = .patch
        case (6, UInt8(ascii: "D")): candidate = .delete
        case (4, UInt8(ascii: "H")): candidate = .head
        case (7, UInt8(ascii: "O")): candidate = .options
        case (3, UInt8(ascii: "P")): candidate = .put
        case (7, UInt8(ascii: "C")): candidate = .connect
        case (5, UInt8(ascii: "T")): candidate = .trace
        case (5, UInt8(ascii: "Q")): candidate = .query
        default: candidate = .other
        }
        self = candidate != .other && bytes.hasBytes(of: candidate.name, at: range.lowerBound) ? candidate : .other
    }
}
