import Reactor

/// The header lines by which a browser knows whether a script may read an answer (Fetch standard, section 3.2),
/// written once for each event loop. A request is noted by a number, which the token of its answer carries.
struct CORSLines: ~Copyable {
    /// The number of a request that no script sent, or one that may not read the answer.
    static let nobody: UInt16 = 0

    private let policy: CORSPolicy
    private var text = ByteBuffer()
    /// The lines of each number.
    private var ranges: [ByteRange] = []

    init(_ policy: CORSPolicy) {
        self.policy = policy
        switch policy {
        case .off: append("")
        case .any:
            append("")
            append(Self.allowing("*"))
        case .only(let origins):
            // Also without an origin: a cache must not give one page what another was answered (section 3.2.5).
            let vary = "Vary: Origin\r\n"
            append(vary)
            for origin in origins { append(Self.allowing(origin.text) + vary) }
        }
    }

    private static func allowing(_ origin: String) -> String {
        "Access-Control-Allow-Origin: \(origin)\r\n"
            + "Access-Control-Expose-Headers: Location, ETag, Retry-After, Idempotent-Replayed, Allow\r\n"
    }

    private mutating func append(_ lines: String) {
        let start = text.count
        text.append(string: lines)
        ranges.append(ByteRange(start: start, count: text.count - start))
    }

    /// The number of a request with this Origin header; scheme and host are compared in any case.
    func number(of origin: UnsafeRawBufferPointer?) -> UInt16 {
        guard let origin else { return Self.nobody }
        switch policy {
        case .off: return Self.nobody
        case .any: return 1
        case .only(let origins):
            for (index, allowed) in origins.enumerated() where Self.isEqual(origin, allowed) {
                return UInt16(index + 1)
            }
            return Self.nobody
        }
    }

    private static func isEqual(_ origin: UnsafeRawBufferPointer, _ allowed: WebOrigin) -> Bool {
        let text = allowed.text.utf8
        guard origin.count == text.count else { return false }
        for (byte, wanted) in zip(origin, text) {
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if (isUpper ? byte | 0x20 : byte) != wanted { return false }
        }
        return true
    }

    /// The lines for answers to such requests.
    func lines(_ number: UInt16) -> UnsafeRawBufferPointer { ranges[Int(number)].of(text.bytes) }
}
