/// How far the head of one request has been checked, and what its complete lines said: all that a connection keeps of a
/// head between two reads. Everything else is in the ``HeadParser``, which all connections of a loop share.
package struct HeadProgress: Equatable, Sendable {
    enum Part: UInt8, Sendable { case start, method, target, version, line, name, value }

    struct Seen: OptionSet, Sendable {
        let rawValue: UInt8
        static let http10 = Seen(rawValue: 1)
        static let host = Seen(rawValue: 2)
        static let contentLength = Seen(rawValue: 4)
        static let chunked = Seen(rawValue: 8)
        static let close = Seen(rawValue: 16)
        static let keepAlive = Seen(rawValue: 32)
        static let expectContinue = Seen(rawValue: 64)
    }

    /// Meaningful once `seen` has `.contentLength`.
    var contentLength = 0
    /// The first byte not yet judged.
    var position: UInt32 = 0
    /// The first byte of the current line.
    var lineStart: UInt32 = 0
    /// In the target or the version: its first byte. In a value: the colon.
    var mark: UInt32 = 0
    var headerCount: UInt16 = 0
    var part = Part.start
    var seen: Seen = []

    package init() {}

    /// False as long as nothing but the empty line that may precede a request has arrived.
    package var hasBegun: Bool { position > lineStart || part.rawValue > Part.method.rawValue }
}
