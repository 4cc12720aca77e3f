import Reactor
package import Settings

/// Takes secrets out of what is shown to people: those that the settings hold, wherever they stand, and passwords in
/// any URL.
///
/// What is known to hold a secret is printed without it anyway; this is for what libraries and servers say.
package struct SecretMask: Sendable {
    /// What stands in their place.
    static let replacement = "***"
    /// What is shorter can't be told from other text.
    private static let shortestBytes = 4

    /// The longest first: one may be a part of another.
    private let secrets: [[UInt8]]

    package init(_ secrets: [String]) {
        let long = Set(secrets.map { Array($0.utf8) }.filter { $0.count >= Self.shortestBytes })
        self.secrets = long.sorted { $0.count > $1.count }
    }

    /// Everything that a setting keeps secret, as it was given and as it is used.
    package init(_ settings: SettingReader) {
        let ofService = SettingCatalog.ofService.flatMap { $0.settings }
        func given(_ secrecy: SettingFacts.Secrecy) -> [String] {
            ofService.filter { $0.facts.secrecy == secrecy }.compactMap { settings.given($0) }
        }
        let passwords = given(.secret)
        let urls = given(.passwordInURL)
        let inURLs = urls.flatMap { url in Self.passwordRanges(in: url[...]).map { String(url[$0]) } }
        self.init(passwords + inURLs + inURLs.compactMap(Self.withoutEscapes))
    }

    package func masked(_ text: String) -> String {
        var bytes = Array(Self.withoutURLPasswords(text).utf8)
        for secret in secrets { bytes = Self.replacing(secret, in: bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: URLs

    /// `url` without its passwords, one too whose `://` is missing or whose password is not escaped as it should be.
    package static func masked(url: Substring) -> String {
        var result = ""
        var shown = url.startIndex
        for range in passwordRanges(in: url) {
            result += url[shown..<range.lowerBound] + replacement
            shown = range.upperBound
        }
        return result + url[shown...]
    }

    /// In their order.
    private static func passwordRanges(in url: Substring) -> [Range<String.Index>] {
        var ranges: [Range<String.Index>] = []
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        if let at = url.lastIndex(of: "@"), at >= start, let colon = url[start..<at].firstIndex(of: ":") {
            ranges.append(url.index(after: colon)..<at)
        }
        // As a parameter, where some clients of Redis and MySQL take it.
        for match in url.matches(of: /[?&](?:password|passwd|pass|pwd)=([^&#]+)/.ignoresCase()) {
            let range = match.1.startIndex..<match.1.endIndex
            if range.lowerBound >= ranges.last?.upperBound ?? url.startIndex { ranges.append(range) }
        }
        return ranges
    }

    private static func withoutURLPasswords(_ text: String) -> String {
        guard text.contains("://") else { return text }
        return words(text).map { $0.contains("://") ? masked(url: $0) : String($0) }.joined()
    }

    /// All of `text` in pieces, each of which is a word or what parts two words.
    private static func words(_ text: String) -> [Substring] {
        func isBoundary(_ character: Character) -> Bool {
            character.isWhitespace || character == "\"" || character == "'"
        }
        var words: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            let word = rest.prefix { isBoundary($0) == isBoundary(first) }
            words.append(word)
            rest = rest[word.endIndex...]
        }
        return words
    }

    private static func withoutEscapes(_ text: String) -> String? {
        var source = ByteBuffer()
        source.append(string: text)
        var target = ByteBuffer()
        guard PercentEncoding.decode(source.bytes, into: &target) != nil else { return nil }
        return String(validating: target.bytes, as: UTF8.self)
    }

    // MARK: Bytes

    /// By bytes: to strings, a secret with a combining mark behind it would be another text.
    private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: secret) {
                result += replacement.utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}

/// Whatever prints it, also as a part of something else, must not print what it hides.
extension SecretMask: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(secrets.count) secrets" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
