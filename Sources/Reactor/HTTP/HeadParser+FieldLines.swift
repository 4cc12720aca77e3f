/// The header lines (RFC 9112 section 5): field-name ":" OWS field-value OWS CRLF, up to an empty line.
extension HeadParser {
    enum LineOutcome { case incomplete, field, end }

    /// Goes on with the current header line; `progress` is brought up to date where the line or the bytes end.
    @inline(__always)
    mutating func fieldLine(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> LineOutcome {
        var position = Int(progress.position)
        if progress.part == .line {
            guard position < bytes.count else { return .incomplete }
            if bytes[position] == ByteClass.carriageReturn { return try emptyLine(bytes, &progress) }
            if progress.headerCount >= limits.headerCount { throw .tooManyHeaders }
            progress.lineStart = progress.position
        }
        if progress.part != .value {
            position = bytes.skipToken(from: position, to: bytes.count)
            guard position < bytes.count else { return progress.suspend(in: .name, at: position) }
            if bytes[position] != UInt8(ascii: ":") || position == progress.lineStart {
                throw nameError(bytes[position], at: position, progress)
            }
            progress.mark = UInt32(position)
            position += 1
        }
        let end = bytes.skipFieldValue(from: position, to: bytes.count)
        guard end < bytes.count else { return progress.suspend(in: .value, at: end) }
        guard bytes[end] == ByteClass.carriageReturn else {
            throw bytes[end] == ByteClass.lineFeed ? .malformedLineEnd : .malformedHeaderValue
        }
        guard end + 1 < bytes.count else { return progress.suspend(in: .value, at: end) }
        guard bytes[end + 1] == ByteClass.lineFeed else { throw .malformedLineEnd }
        try field(bytes, end: end, &progress, limits)
        progress.position = UInt32(end + 2)
        progress.part = .line
        return .field
    }

    /// A whole line is there, and its value ends at `end`.
    @inline(__always)
    private mutating func field(
        _ bytes: Span<UInt8>, end: Int, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) {
        let name = Int(progress.lineStart)..<Int(progress.mark)
        let value = bytes.trimmed(name.upperBound + 1..<end)
        record(name, value, at: Int(progress.headerCount))
        progress.headerCount += 1
        try interpret(name, value, bytes, &progress, limits)
    }

    /// The CR of the line that ends the head is there.
    private func emptyLine(_ bytes: Span<UInt8>, _ progress: inout HeadProgress) throws(HTTPRejection) -> LineOutcome {
        let start = Int(progress.position)
        guard start + 1 < bytes.count else { return .incomplete }
        guard bytes[start + 1] == ByteClass.lineFeed else { throw .malformedLineEnd }
        progress.position += 2
        return .end
    }

    private func nameError(_ byte: UInt8, at position: Int, _ progress: HeadProgress) -> HTTPRejection {
        // Before the first header a blank continues nothing (RFC 9112 section 2.2).
        let isFolded = position == progress.lineStart && progress.headerCount > 0 && ByteClass.isBlank(byte)
        return isFolded ? .foldedHeader : .malformedHeaderName
    }
}

extension HeadProgress {
    /// The bytes end within a line: the next call goes on at `position`.
    fileprivate mutating func suspend(in part: Part, at position: Int) -> HeadParser.LineOutcome {
        self.part = part
        self.position = UInt32(position)
        return .incomplete
    }
}
