/// The request line (RFC 9112 section 3): method SP request-target SP HTTP-version CRLF.
extension HeadParser {
    /// Goes on with the request line as far as `bytes` reach; false when they end before it does.
    mutating func requestLine(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> Bool {
        if progress.part == .start {
            guard try leadingEmptyLine(bytes, &progress) else { return false }
        }
        // " HTTP/1.1" follows the target, so a target that has not ended here makes the line too long.
        let tooFar = Int(progress.lineStart) + limits.requestLineBytes - 8
        if progress.part == .method {
            guard try method(bytes, &progress, tooFar) else { return false }
        }
        if progress.part == .target {
            guard try target(bytes, &progress, tooFar) else { return false }
        }
        return try version(bytes, &progress)
    }

    /// One empty line before the request line is skipped (RFC 9112 section 2.2).
    private func leadingEmptyLine(_ bytes: Span<UInt8>, _ progress: inout HeadProgress) throws(HTTPRejection) -> Bool {
        guard bytes.count > 0 else { return false }
        if bytes[0] == ByteClass.carriageReturn {
            guard bytes.count > 1 else { return false }
            guard bytes[1] == ByteClass.lineFeed else { throw .malformedLineEnd }
            progress.lineStart = 2
            progress.position = 2
        }
        progress.part = .method
        return true
    }

    private func method(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ tooFar: Int
    ) throws(HTTPRejection) -> Bool {
        let end = bytes.skipToken(from: Int(progress.position), to: min(bytes.count, tooFar))
        progress.position = UInt32(end)
        if end >= tooFar { throw .requestLineTooLong }
        guard end < bytes.count else { return false }
        guard bytes[end] == ByteClass.space, end > Int(progress.lineStart) else { throw .malformedRequestLine }
        progress.mark = UInt32(end + 1)
        progress.position = progress.mark
        progress.part = .target
        return true
    }

    private mutating func target(
        _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ tooFar: Int
    ) throws(HTTPRejection) -> Bool {
        let end = bytes.skipTarget(from: Int(progress.position), to: min(bytes.count, tooFar))
        progress.position = UInt32(end)
        if end >= tooFar { throw .requestLineTooLong }
        guard end < bytes.count else { return false }
        let start = Int(progress.mark)
        guard bytes[end] == ByteClass.space else { throw .malformedTarget }
        guard end > start else { throw .malformedRequestLine }
        head.method = HTTPMethod(bytes, Int(progress.lineStart)..<start - 1)
        guard head.setTarget(start..<end, in: bytes) else { throw .malformedTarget }
        progress.mark = UInt32(end + 1)
        progress.position = progress.mark
        progress.part = .version
        return true
    }

    private func version(_ bytes: Span<UInt8>, _ progress: inout HeadProgress) throws(HTTPRejection) -> Bool {
        let start = Int(progress.mark)
        var position = Int(progress.position)
        // The common case at once: "HTTP/1.1" as a little-endian word, then CR LF.
        if position == start, bytes.count - start >= 10, bytes.load64(at: start) == 0x312e_312f_5054_5448,
            bytes[start + 8] == ByteClass.carriageReturn, bytes[start + 9] == ByteClass.lineFeed
        {
            position = start + 10
        }
        while position < start + 10 {
            progress.position = UInt32(position)
            guard position < bytes.count else { return false }
            try versionByte(bytes[position], at: position - start)
            if position == start + 7 {
                guard bytes[start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
                if bytes[position] == UInt8(ascii: "0") { progress.seen.insert(.http10) }
            }
            position += 1
        }
        progress.position = UInt32(position)
        progress.part = .line
        return true
    }

    private func versionByte(_ byte: UInt8, at offset: Int) throws(HTTPRejection) {
        let pattern: StaticString = "HTTP/d.d\r\n"
        if offset == 5 || offset == 7 {
            guard ByteClass.isDigit(byte) else { throw .malformedRequestLine }
        } else if byte != pattern.utf8Start[offset] {
            // Proof for the unchecked read: the caller's offset is below 10, the length of the pattern.
            throw offset < 8 ? .malformedRequestLine : .malformedLineEnd
        }
    }
}
