/// Every bound that the HTTP layer puts on what a client sends, in one place.
package struct HTTPLimits: Equatable, Sendable {
    /// The largest ``bodyBytes`` that may be asked for: with all framing the offsets of one request still fit in 32
    /// bits.
    package static let bodyBytesMaximum = 1 << 30

    /// The request line without its line end; one byte more is 414.
    package let requestLineBytes: Int
    /// The whole head, from the first byte to the empty line's end; one byte more is 431.
    package let headBytes: Int
    /// Header lines; one more is 431.
    package let headerCount: Int
    /// The body after removal of the chunked coding; one byte more is 413.
    package let bodyBytes: Int
    /// What chunk sizes, extensions and line ends may take beyond one byte for each byte of data; more is 400.
    package let chunkOverheadBytes: Int
    /// The trailer section with its line ends; one byte more is 431.
    package let trailerBytes: Int

    package init(
        requestLineBytes: Int = 8192,
        headBytes: Int = 16384,
        headerCount: Int = 100,
        bodyBytes: Int = 1 << 20,
        chunkOverheadBytes: Int = 16384,
        trailerBytes: Int = 4096
    ) {
        // The shortest request line is "GET / HTTP/1.1"; the ceilings keep offsets in 32 bits, counts in 16.
        precondition(requestLineBytes >= 14 && headBytes >= 18 && headBytes <= 1 << 24)
        precondition(headerCount >= 1 && headerCount <= Int(UInt16.max))
        precondition(bodyBytes >= 0 && bodyBytes <= Self.bodyBytesMaximum)
        precondition(chunkOverheadBytes >= 5 && chunkOverheadBytes <= 1 << 24)
        precondition(trailerBytes >= 2 && trailerBytes <= Int(UInt16.max) - 1)
        self.requestLineBytes = requestLineBytes
        self.headBytes = headBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.chunkOverheadBytes = chunkOverheadBytes
        self.trailerBytes = trailerBytes
    }
}
