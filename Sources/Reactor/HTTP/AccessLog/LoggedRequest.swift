/// What the access log can say about a request: ranges of its bytes, empty where they are not known.
struct LoggedRequest {
    let bytes: UnsafeRawBufferPointer
    private(set) var line = ByteRange.empty
    private(set) var method = ByteRange.empty
    private(set) var path = ByteRange.empty
    private(set) var query = ByteRange.empty
    private(set) var version = ByteRange.empty
    /// How many headers the parser holds for this request; 0 when it was refused before they were known.
    private(set) var headerCount = 0

    /// A request whose head the parser has just taken apart.
    init(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        let start = Self.lineStart(bytes)
        // A space stands between the three parts, and the version has always 8 bytes.
        let end = head.target.end + 9
        line = ByteRange(start..<end)
        method = ByteRange(start..<Int(head.target.start) - 1)
        path = head.path
        query = head.query
        version = ByteRange(end - 8..<end)
        headerCount = Int(head.headerCount)
    }

    /// A request that is refused: all of the head when that was not what was wrong, otherwise as much of its first line
    /// as there is.
    init(refused bytes: UnsafeRawBufferPointer, parser: inout HeadParser, limits: HTTPLimits) {
        var progress = HeadProgress()
        if case .complete(let head) = parser.parse(bytes, progress: &progress, limits: limits) {
            self.init(head, bytes)
        } else {
            self.init(firstLineOf: bytes)
        }
    }

    private init(firstLineOf bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        let start = Self.lineStart(bytes)
        let rest = bytes[start...]
        let end = rest.firstIndex { $0 == ByteClass.carriageReturn || $0 == ByteClass.lineFeed } ?? bytes.count
        line = ByteRange(start..<end)
        guard let afterMethod = bytes[start..<end].firstIndex(of: ByteClass.space) else { return }
        method = ByteRange(start..<afterMethod)
        let target = afterMethod + 1
        guard let afterTarget = bytes[target..<end].firstIndex(of: ByteClass.space) else { return }
        let mark = bytes[target..<afterTarget].firstIndex(of: UInt8(ascii: "?"))
        path = ByteRange(target..<(mark ?? afterTarget))
        if let mark { query = ByteRange(mark + 1..<afterTarget) }
        if end < bytes.count { version = ByteRange(afterTarget + 1..<end) }
    }

    /// Behind the empty line that may precede a request (RFC 9112 section 2.2).
    private static func lineStart(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count >= 2 && bytes[0] == ByteClass.carriageReturn && bytes[1] == ByteClass.lineFeed ? 2 : 0
    }
}
