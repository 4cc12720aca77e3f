/// The header lines (RFC 9112 section 5): field-name ":" OWS field-value OWS CRLF, up to an empty line.
extension HeadParser {
    enum LineOutcome { case incomplete, field, end }

    /// Goes on with the current header line.
    @inline(__always)
    mutating func fieldLine(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> LineOutcome {
        if progress.part == .line {
            let start = Int(progress.position)
            guard start < bytes.count else { return .incomplete }
            if bytes[start] == ByteClass.carriageReturn {
                guard try lineFeed(bytes, after: start) else { return .incomplete }
                progress.position = UInt32(start + 2)
                return .end
            }
            if progress.headerCount >= limits.headerCount { throw .tooManyHeaders }
            progress.lineStart = UInt32(start)
            progress.part = .name
        }
        if progress.part == .name {
            guard try fieldName(bytes, &progress) else { return .incomplete }
        }
        return try fieldValue(bytes, &progress, limits) ? .field : .incomplete
    }

    @inline(__always)
    private func fieldName(_ bytes: Span<UInt8>, _ progress: inout HeadProgress) throws(HTTPRejection) -> Bool {
        let end = bytes.skipToken(from: Int(progress.position), to: bytes.count)
        progress.position = UInt32(end)
        guard end < bytes.count else { return false }
        let start = Int(progress.lineStart)
        guard bytes[end] == UInt8(ascii: ":"), end > start else {
            let isFolded = end == start && progress.headerCount > 0 && ByteClass.isBlank(bytes[end])
            throw isFolded ? .foldedHeader : .malformedHeaderName
        }
        progress.mark = UInt32(end)
        progress.position = UInt32(end + 1)
        progress.part = .value
        return true
    }

    @inline(__always)
    private mutating func fieldValue(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> Bool {
        let end = bytes.skipFieldValue(from: Int(progress.position), to: bytes.count)
        progress.position = UInt32(end)
        guard end < bytes.count else { return false }
        guard bytes[end] == ByteClass.carriageReturn else {
            throw bytes[end] == ByteClass.lineFeed ? .malformedLineEnd : .malformedHeaderValue
        }
        guard try lineFeed(bytes, after: end) else { return false }
        let colon = Int(progress.mark)
        let name = Int(progress.lineStart)..<colon
        let value = bytes.trimmed(colon + 1..<end)
        record(name, value, at: Int(progress.headerCount))
        try interpret(name, value, bytes, &progress, limits)
        progress.headerCount += 1
        progress.position = UInt32(end + 2)
        progress.part = .line
        return true
    }

    /// Whether the LF behind the CR at `index` is there; anything else than LF is an error.
    @inline(__always)
    private func lineFeed(_ bytes: Span<UInt8>, after index: Int) throws(HTTPRejection) -> Bool {
        guard index + 1 < bytes.count else { return false }
        guard bytes[index + 1] == ByteClass.lineFeed else { throw .malformedLineEnd }
        return true
    }
}
