/// The one strict parser of request heads (RFC 9112 sections 2 to 6, RFC 9110 section 5); one for each event loop.
///
/// It works line by line and byte by byte without ever looking ahead for the end of the head, so an error is found with
/// the first byte that makes it certain. Where a head arrives in pieces, ``HeadProgress`` remembers how far it was
/// checked; when the last piece has come the head is parsed once more as a whole, because the table of headers is
/// shared: in all each byte is looked at twice at most. Nothing is allocated after `init`.
package struct HeadParser: ~Copyable {
    struct Header {
        var name: ByteRange
        var value: ByteRange
    }

    /// Room for `capacity` headers. Only entries below the count of the latest complete head are ever read.
    private let headers: UnsafeMutableBufferPointer<Header>
    private var headerCount = 0
    /// From the request line on in the making; whole when ``advanceToEnd(_:_:_:)`` says so.
    var head = RequestHead()

    /// Room for `limits.headerCount` headers; later limits may be lower, not higher.
    package init(limits: HTTPLimits = HTTPLimits()) {
        headers = .allocate(capacity: limits.headerCount)
        headers.initialize(repeating: Header(name: .empty, value: .empty))
    }

    deinit { headers.deallocate() }

    /// Parses the head at the front of `bytes`, which are those of earlier calls with the same `progress` and more.
    ///
    /// After `.complete` the headers can be looked up until the next call; `progress` is then used up.
    package mutating func parse(
        _ bytes: UnsafeRawBufferPointer, progress: inout HeadProgress, limits: HTTPLimits
    ) -> HeadResult {
        do throws(HTTPRejection) {
            return try advanceToEnd(bytes, &progress, limits) ? .complete(head) : .incomplete
        } catch {
            return .rejected(error)
        }
    }

    /// What ``parse(_:progress:limits:)`` does, without a copy of the head. True when the head is whole; it is in
    /// ``head`` then.
    mutating func advanceToEnd(
        _ bytes: UnsafeRawBufferPointer, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> Bool {
        precondition(limits.headerCount <= headers.count)
        let resumed = progress.position > 0
        guard try advance(bytes, &progress, limits) else { return false }
        guard resumed else { return true }
        progress = HeadProgress()
        return try advance(bytes, &progress, limits)
    }

    /// The value of the first header called `name`, without surrounding blanks.
    ///
    /// - Parameters:
    ///   - name: in lower case: a-z, 0-9 and hyphens.
    ///   - bytes: those that were parsed, from the request's first byte.
    package func value(of name: StaticString, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let elements = bytes.assumingMemoryBound(to: UInt8.self)
        let span = elements.span
        for index in 0..<headerCount where span.matches(headers[index].name.indices, name) {
            return headers[index].value.of(bytes)
        }
        return nil
    }

    /// Whether there is more than one header called `name`; see ``value(of:in:)``.
    package func isRepeated(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        let elements = bytes.assumingMemoryBound(to: UInt8.self)
        let span = elements.span
        var count = 0
        for index in 0..<headerCount where span.matches(headers[index].name.indices, name) { count += 1 }
        return count > 1
    }

    /// The header at `index` in 0..<`headerCount` of the head.
    package func header(at index: Int) -> (name: ByteRange, value: ByteRange) {
        precondition(index >= 0 && index < headerCount)
        return (headers[index].name, headers[index].value)
    }

    private mutating func advance(
        _ input: UnsafeRawBufferPointer, _ progress: inout HeadProgress, _ limits: HTTPLimits
    ) throws(HTTPRejection) -> Bool {
        // What lies behind the limit is never looked at, so it can't change the answer.
        let count = min(input.count, limits.headBytes)
        let elements = UnsafeRawBufferPointer(start: input.baseAddress, count: count)
            .assumingMemoryBound(to: UInt8.self)
        let bytes = elements.span
        if progress.part.rawValue < HeadProgress.Part.line.rawValue {
            guard try requestLine(bytes, &progress, limits) else { return try incomplete(bytes.count, limits) }
        }
        while true {
            switch try fieldLine(bytes, &progress, limits) {
            case .incomplete: return try incomplete(bytes.count, limits)
            case .field: continue
            case .end:
                try finish(progress)
                return true
            }
        }
    }

    private func incomplete(_ count: Int, _ limits: HTTPLimits) throws(HTTPRejection) -> Bool {
        if count >= limits.headBytes { throw .headTooLarge }
        return false
    }

    /// Enters a header into the table; `fieldLine` has checked the limit, which `parse` has compared with the capacity.
    mutating func record(_ name: Range<Int>, _ value: Range<Int>, at index: Int) {
        headers[index] = Header(name: ByteRange(name), value: ByteRange(value))
    }

    private mutating func finish(_ progress: HeadProgress) throws(HTTPRejection) {
        let seen = progress.seen
        if !seen.contains(.host) && !seen.contains(.http10) { throw .missingHost }
        headerCount = Int(progress.headerCount)
        head.headerCount = progress.headerCount
        head.headBytes = progress.position
        head.minorVersion = seen.contains(.http10) ? 0 : 1
        // close wins over keep-alive (RFC 9112 section 9.3).
        head.keepAlive = !seen.contains(.close) && (seen.contains(.keepAlive) || !seen.contains(.http10))
        head.body =
            seen.contains(.chunked) ? .chunked : seen.contains(.contentLength) ? .length(progress.contentLength) : .none
        let hasBody = seen.contains(.chunked) || (seen.contains(.contentLength) && progress.contentLength > 0)
        // An HTTP/1.0 client's 100-continue is ignored (RFC 9110 section 10.1.1).
        head.expectsContinue = hasBody && seen.contains(.expectContinue) && !seen.contains(.http10)
    }
}

/// What ``HeadParser/parse(_:progress:limits:)`` found.
package enum HeadResult: Equatable, Sendable {
    case incomplete
    case complete(RequestHead)
    case rejected(HTTPRejection)
}

@available(*, unavailable)
extension HeadParser: Sendable {}
