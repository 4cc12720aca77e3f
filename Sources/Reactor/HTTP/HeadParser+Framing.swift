/// What headers say about the message itself: host, body length, persistence, expectation.
extension HeadParser {
    /// Notes what a header line means; the length of its name says which few names to compare.
    @inline(__always)
    func interpret(
        _ name: Range<Int>, _ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress,
        _ limits: HTTPLimits
    ) throws(HTTPRejection) {
        switch name.count {
        case 4 where bytes.matches(name, "host"): try host(value, bytes, &progress)
        case 6 where bytes.matches(name, "expect"): try expect(value, bytes, &progress)
        case 10 where bytes.matches(name, "connection"): connection(value, bytes, &progress)
        case 14 where bytes.matches(name, "content-length"): try contentLength(value, bytes, &progress, limits)
        case 17 where bytes.matches(name, "transfer-encoding"): try transferEncoding(value, bytes, &progress)
        default: break
        }
    }

    private func host(
        _ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress
    ) throws(HTTPRejection) {
        if progress.seen.contains(.host) { throw .repeatedHost }
        guard Authority.isValid(value, in: bytes, isComplete: false) else { throw .malformedHost }
        progress.seen.insert(.host)
    }

    /// Digits only, once (RFC 9110 section 8.6). Repetitions are refused even when they agree, as RFC 9112 section 6.3
    /// allows: a proxy in front might have believed another one.
    private func contentLength(
        _ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) {
        if progress.seen.contains(.contentLength) { throw .repeatedContentLength }
        if progress.seen.contains(.chunked) { throw .ambiguousLength }
        if value.isEmpty { throw .malformedContentLength }
        var length = 0
        for index in value {
            guard ByteClass.isDigit(bytes[index]) else { throw .malformedContentLength }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] &- UInt8(ascii: "0")))
            if overflow || carry { throw .malformedContentLength }
            length = sum
        }
        if length > limits.bodyBytes { throw .bodyTooLarge }
        progress.contentLength = length
        progress.seen.insert(.contentLength)
    }

    /// `chunked`, alone and once (RFC 9112 sections 6.1 and 7).
    private func transferEncoding(
        _ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress
    ) throws(HTTPRejection) {
        if progress.seen.contains(.http10) { throw .transferEncodingInHTTP10 }
        if progress.seen.contains(.contentLength) { throw .ambiguousLength }
        // Whatever a second line adds, the chunked of the first one is then not the last coding.
        if progress.seen.contains(.chunked) { throw .malformedTransferEncoding }
        var elements = ListElements(value)
        var hasUnknown = false
        var hasChunked = false
        while let element = elements.next(in: bytes) {
            // The name ends at its parameters, of which chunked has none.
            let nameEnd = bytes.skipToken(from: element.lowerBound, to: element.upperBound)
            let name = element.lowerBound..<nameEnd
            let rest = bytes.trimmed(nameEnd..<element.upperBound)
            guard !name.isEmpty, rest.isEmpty || bytes[rest.lowerBound] == UInt8(ascii: ";"), !hasChunked else {
                throw .malformedTransferEncoding
            }
            if bytes.matches(name, "chunked") {
                guard rest.isEmpty else { throw .malformedTransferEncoding }
                hasChunked = true
            } else {
                hasUnknown = true
            }
        }
        if hasUnknown { throw .unsupportedTransferEncoding }
        progress.seen.insert(.chunked)
    }

    /// Options that are neither `close` nor `keep-alive` concern nobody here (RFC 9110 section 7.6.1).
    private func connection(_ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress) {
        var elements = ListElements(value)
        while let element = elements.next(in: bytes) {
            if bytes.matches(element, "close") {
                progress.seen.insert(.close)
            } else if bytes.matches(element, "keep-alive") {
                progress.seen.insert(.keepAlive)
            }
        }
    }

    /// Expect has one value that is known, `100-continue` (RFC 9110 section 10.1.1).
    private func expect(
        _ value: Range<Int>, _ bytes: Span<UInt8>, _ progress: inout HeadProgress
    ) throws(HTTPRejection) {
        var elements = ListElements(value)
        while let element = elements.next(in: bytes) {
            if element.isEmpty { continue }
            guard bytes.matches(element, "100-continue") else { throw .unsupportedExpectation }
            progress.seen.insert(.expectContinue)
        }
    }
}

/// The comma-separated elements of a field value (RFC 9110 section 5.6.1), trimmed, empty ones included.
struct ListElements {
    private var position: Int
    private let end: Int

    init(_ value: Range<Int>) {
        position = value.lowerBound
        end = value.upperBound
    }

    mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
        guard position <= end else { return nil }
        let start = position
        position = bytes.firstIndex(of: UInt8(ascii: ","), in: start..<end)
        let element = bytes.trimmed(start..<position)
        position += 1
        return element
    }
}
