import Reactor

/// What a browser asks before it lets a script send more than a form could (Fetch standard, section 3.2.2).
struct Preflight {
    /// The value of Access-Control-Request-Headers, if that is a list of names; nil otherwise.
    let headers: UnsafeRawBufferPointer?

    /// nil where the request is no preflight.
    init?(_ request: HTTPRequest, _ server: HTTPServer) {
        guard server.value(of: "access-control-request-method", in: request) != nil else { return nil }
        let asked = server.value(of: "access-control-request-headers", in: request)
        headers = asked.flatMap { Self.isList($0) ? $0 : nil }
    }

    /// Whatever headers a script wants to send, it may: those that nobody knows here mean nothing.
    func append(_ allowed: AllowedMethods, to lines: inout ByteBuffer) {
        lines.append("Access-Control-Allow-Methods: ")
        lines.append(string: allowed.description)
        lines.append("\r\nAccess-Control-Allow-Headers: ")
        if let headers {
            lines.append(headers)
        } else {
            lines.append("Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Admin-Password")
        }
        // Two hours: no browser remembers for longer than that, but Firefox.
        lines.append("\r\nAccess-Control-Max-Age: 7200\r\n")
    }

    /// Whether these are names with commas between them.
    static func isList(_ value: UnsafeRawBufferPointer) -> Bool {
        let comma = UInt8(ascii: ",")
        for part in value.split(separator: comma, omittingEmptySubsequences: false) {
            let name = part.drop(while: isBlank).reversed().drop(while: isBlank)
            guard !name.isEmpty, name.allSatisfy(isToken) else { return false }
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// `tchar` of RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
