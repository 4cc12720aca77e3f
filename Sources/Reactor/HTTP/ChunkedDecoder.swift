/// Takes the chunked coding off a body (RFC 9112 section 7.1), a piece at a time and in place: data moves to the front,
/// so that at the end the body lies in one run right behind the head.
///
/// Strict where smuggling hides: hex sizes without prefix or padding blanks, CR LF everywhere, no control characters in
/// extensions and trailers. Extensions are skipped, trailers checked and dropped. 24 bytes of state.
package struct ChunkedDecoder: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable { case needMore, complete, rejected(HTTPRejection) }

    enum Part: UInt8, Sendable {
        case size, sizeBlank, chunkExtension, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed, end
    }

    /// Data bytes of the current chunk that are still to come; while its size is read, the digits so far.
    private var remaining: UInt64 = 0
    private let bodyStart: UInt32
    /// The first byte not yet decoded.
    private var read: UInt32
    private var decoded: UInt32 = 0
    private var trailerBytes: UInt16 = 0
    private var digits: UInt8 = 0
    private var part = Part.size

    /// - Parameter bodyStart: where the coded body begins, from the request's first byte.
    package init(bodyStart: Int) {
        self.bodyStart = UInt32(bodyStart)
        self.read = UInt32(bodyStart)
    }

    /// What has been decoded so far.
    package var body: ByteRange { ByteRange(start: Int(bodyStart), count: Int(decoded)) }

    /// The first byte that does not belong to the body as far as it was read: once complete, where the next request
    /// begins.
    package var position: Int { Int(read) }

    /// How long the request is at least, from its first byte; nil where the next size is not known yet.
    package var leastTotalBytes: Int? {
        // Behind the data: its CR LF, then at the least "0 CR LF CR LF".
        part == .data ? Int(read) + Int(remaining) + 7 : nil
    }

    /// Decodes what has arrived since the last call.
    ///
    /// - Parameter input: all bytes from the request's first one: those that the last call left, and more.
    package mutating func decode(_ input: UnsafeMutableRawBufferPointer, limits: HTTPLimits) -> Outcome {
        precondition(input.count >= Int(read))
        do throws(HTTPRejection) {
            while part != .end, Int(read) < input.count {
                if part == .data {
                    moveData(input)
                } else {
                    let byte = input[Int(read)]
                    read += 1
                    try step(byte, limits)
                }
            }
        } catch {
            return .rejected(error)
        }
        return part == .end ? .complete : .needMore
    }

    /// Moves what is there of the current chunk's data down to the end of the decoded part.
    private mutating func moveData(_ input: UnsafeMutableRawBufferPointer) {
        let count = min(Int(remaining), input.count - Int(read))
        let target = Int(bodyStart) + Int(decoded)
        // Slicing traps unless both runs lie inside the input; the copy allows them to overlap.
        let source = UnsafeRawBufferPointer(rebasing: input[Int(read)..<Int(read) + count])
        UnsafeMutableRawBufferPointer(rebasing: input[target..<target + count]).copyMemory(from: source)
        read += UInt32(count)
        decoded += UInt32(count)
        remaining -= UInt64(count)
        if remaining == 0 { part = .dataReturn }
    }

    /// Judges one byte of framing.
    private mutating func step(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPRejection) {
        switch part {
        case .size, .sizeBlank, .chunkExtension, .sizeLineFeed:
            try sizeLine(byte, limits)
            try checkOverhead(limits)
        case .dataReturn:
            guard byte == ByteClass.carriageReturn else { throw .malformedChunk }
            part = .dataLineFeed
        case .dataLineFeed:
            guard byte == ByteClass.lineFeed else { throw .malformedChunk }
            part = .size
            digits = 0
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .endLineFeed:
            trailerBytes += 1
            if trailerBytes > limits.trailerBytes { throw .trailersTooLarge }
            try trailer(byte)
        case .data, .end:
            preconditionFailure("data and what follows the body are not framing")
        }
    }

    /// chunk-size [ chunk-ext ] CRLF; blanks are allowed between the size and a semicolon (BWS) and nowhere else before
    /// it.
    private mutating func sizeLine(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPRejection) {
        switch part {
        case .size:
            if let digit = ByteClass.hexDigit(byte) {
                // 16 digits fill the 64 bits, so the shift never loses one.
                guard digits < 16 else { throw .malformedChunk }
                digits += 1
                remaining = remaining << 4 | UInt64(digit)
                return
            }
            guard digits > 0 else { throw .malformedChunk }
            if remaining > UInt64(limits.bodyBytes - Int(decoded)) { throw .bodyTooLarge }
            try afterSize(byte)
        case .sizeBlank:
            guard byte != ByteClass.carriageReturn else { throw .malformedChunk }
            try afterSize(byte)
        case .chunkExtension:
            if byte == ByteClass.carriageReturn {
                part = .sizeLineFeed
            } else if !ByteClass.isFieldValue(byte) {
                throw .malformedChunk
            }
        default:
            guard byte == ByteClass.lineFeed else { throw .malformedChunk }
            part = remaining == 0 ? .trailerStart : .data
        }
    }

    private mutating func afterSize(_ byte: UInt8) throws(HTTPRejection) {
        switch byte {
        case ByteClass.carriageReturn: part = .sizeLineFeed
        case UInt8(ascii: ";"): part = .chunkExtension
        case ByteClass.space, ByteClass.tab: part = .sizeBlank
        default: throw .malformedChunk
        }
    }

    /// Against bodies of one-byte chunks with big extensions: framing may take as much as the data and a fixed
    /// allowance.
    private func checkOverhead(_ limits: HTTPLimits) throws(HTTPRejection) {
        let overhead = Int(read - bodyStart - decoded)
        if overhead > limits.chunkOverheadBytes + Int(decoded) { throw .chunkOverhead }
    }

    /// Fields like those of the head (RFC 9112 section 7.1.2), up to the empty line.
    private mutating func trailer(_ byte: UInt8) throws(HTTPRejection) {
        switch part {
        case .trailerStart where byte == ByteClass.carriageReturn: part = .endLineFeed
        case .trailerStart where ByteClass.token.contains(byte): part = .trailerName
        case .trailerName where byte == UInt8(ascii: ":"): part = .trailerValue
        case .trailerName where ByteClass.token.contains(byte): break
        case .trailerValue where byte == ByteClass.carriageReturn: part = .trailerLineFeed
        case .trailerValue where ByteClass.isFieldValue(byte): break
        case .trailerLineFeed where byte == ByteClass.lineFeed: part = .trailerStart
        case .endLineFeed where byte == ByteClass.lineFeed: part = .end
        default: throw .malformedTrailer
        }
    }
}
