/// Where a script comes from (RFC 6454, section 6.2), as browsers write it: `scheme://host` or `scheme://host:port`,
/// in lower case and without the port that the scheme has anyway.
package struct WebOrigin: Equatable, Sendable {
    let text: String

    /// nil for what is no origin: a path, even `/`, a user, or a wildcard. `null`, which many unrelated pages are, is
    /// none either.
    init?(_ text: String) {
        let text = text.lowercased()
        guard let colon = text.firstRange(of: "://"), Self.isScheme(text[..<colon.lowerBound]) else { return nil }
        let scheme = text[..<colon.lowerBound]
        var host = text[colon.upperBound...]
        if let mark = host.lastIndex(of: ":"), !host[mark...].contains("]") {
            let digits = host[host.index(after: mark)...]
            guard let port = UInt16(digits), digits.utf8.allSatisfy(Self.isDigit), digits.first != "0" else {
                return nil
            }
            host = host[..<mark]
            let isUsual = (scheme == "http" && port == 80) || (scheme == "https" && port == 443)
            self.text = isUsual ? "\(scheme)://\(host)" : text
        } else {
            self.text = text
        }
        guard Self.isHost(host) else { return nil }
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// A name, which browsers write in ASCII, an IPv4 address, or an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = text.dropFirst().dropLast().utf8
            return address.contains(UInt8(ascii: ":"))
                && address.allSatisfy { isDigit($0) || ":.".utf8.contains($0) || "abcdef".utf8.contains($0) }
        }
        return !text.isEmpty && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-._".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
