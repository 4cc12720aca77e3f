import Reactor
import Reference

private let limits = HTTPLimits(bodyBytes: 192, chunkOverheadBytes: 96, trailerBytes: 48)
private let head = Array("head".utf8)

/// The first byte says whether the rest is a coded body, or one to be coded; the next two, where its bytes are split.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 3 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let rest = Array(bytes[3...])
    if bytes[0] & 1 == 0 {
        judge(head + rest, splits: bytes[1...2])
    } else {
        let body = Array(rest.prefix(limits.bodyBytes))
        let run = judge(head + coded(body, sizes: bytes[0...2]), splits: bytes[1...2])
        guard run.outcome == .rejected(.chunkOverhead) || (run.outcome == .complete && run.body == body) else {
            fatalError("a coded body is not decoded to what it was")
        }
    }
    return 0
}

/// Decodes at once, in pieces and byte by byte, and compares all of it with the reference.
@discardableResult
private func judge(_ input: [UInt8], splits: ArraySlice<UInt8>) -> Run {
    let whole = Run(input, stops: [input.count])
    var stop = head.count
    let stops = splits.map { size in
        stop += Int(size)
        return stop
    }
    guard Run(input, stops: stops.filter { $0 < input.count } + [input.count]) == whole else { fatalError("\(stops)") }
    if input.count <= 128 {
        guard Run(input, stops: Array(head.count...input.count)) == whole else { fatalError("byte by byte") }
    }
    let reference = ReferenceChunks(input, from: head.count)
    switch whole.outcome {
    case .complete:
        guard reference?.body == whole.body, reference?.end == whole.position else {
            fatalError("not as the reference")
        }
    case .rejected(.bodyTooLarge), .rejected(.chunkOverhead), .rejected(.trailersTooLarge): break
    case .needMore, .rejected:
        guard reference == nil else { fatalError("the reference decodes what was refused") }
    }
    return whole
}

/// Chunks whose sizes come round again.
private func coded(_ body: [UInt8], sizes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = body[...]
    var index = sizes.startIndex
    while !rest.isEmpty {
        let data = rest.prefix(Int(sizes[index]) + 1)
        rest = rest.dropFirst(data.count)
        result += Array(String(data.count, radix: 16).utf8) + [13, 10] + data + [13, 10]
        index = index + 1 < sizes.endIndex ? index + 1 : sizes.startIndex
    }
    return result + Array("0\r\n\r\n".utf8)
}

private struct Run: Equatable {
    var outcome = ChunkedDecoder.Outcome.needMore
    var body: [UInt8] = []
    /// Where the body ended; 0 for one that did not.
    var position = 0

    init(_ input: [UInt8], stops: [Int]) {
        var decoder = ChunkedDecoder(bodyStart: head.count)
        var held: [UInt8] = []
        for stop in stops where outcome == .needMore {
            held += input[held.count..<stop]
            // Memory of exactly that size, whose end the address sanitizer watches.
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: held.count, alignment: 1)
            defer { bytes.deallocate() }
            bytes.copyBytes(from: held)
            outcome = decoder.decode(bytes, limits: limits)
            held = Array(bytes)
            guard Int(decoder.body.start) == head.count, decoder.body.end <= decoder.position,
                decoder.position <= held.count
            else { fatalError("body \(decoder.body), position \(decoder.position) of \(held.count) bytes") }
        }
        guard held.starts(with: head) else { fatalError("the head was written to") }
        guard outcome == .complete else { return }
        body = Array(held[head.count..<decoder.body.end])
        position = decoder.position
    }
}
