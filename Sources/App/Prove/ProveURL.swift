/// Where an instance listens, or a balancer in front of some: `http://host[:port]`.
package struct ProveURL: Equatable, Sendable, CustomStringConvertible {
    /// A name, or an address without brackets.
    package let host: String
    package let port: UInt16

    /// One sentence that says what is wrong with a URL.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package init(_ text: String) throws(Failure) {
        guard let separator = text.firstRange(of: "://") else { throw Self.malformed(text) }
        switch text[..<separator.lowerBound].lowercased() {
        case "http": break
        case "https":
            throw Failure(
                description:
                    "\(text): https is not supported; name the service behind what ends TLS, as http://host:port")
        default: throw Self.malformed(text)
        }
        var rest = text[separator.upperBound...]
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let (host, port) = Self.split(rest) else { throw Self.malformed(text) }
        self.host = String(host)
        self.port = port
    }

    private static func malformed(_ text: String) -> Failure {
        Failure(description: "\(text) is not a URL like http://host:port, without a path and without a password")
    }

    private static func split(_ text: Substring) -> (host: Substring, port: UInt16)? {
        var host = text
        var port: UInt16 = 80
        // The colons within brackets are those of an IPv6 address.
        let end = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[end...].lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.allSatisfy({ $0.isHexDigit || ":.".contains($0) }), host.contains(":") else { return nil }
        } else {
            guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) else {
                return nil
            }
        }
        return host.isEmpty ? nil : (host, port)
    }

    /// As it stands in a Host header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var description: String { "http://\(authority)" }
}
