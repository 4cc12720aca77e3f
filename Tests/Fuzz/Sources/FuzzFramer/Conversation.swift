import Reactor

/// All that a framer makes of what one connection receives, in pieces: the requests, and a rejection behind them.
struct Conversation: Equatable {
    struct Request: Equatable {
        var head: RequestHead
        var headers: [String]
        var body: [UInt8]
        var consumed: Int

        var headBytes: Int { Int(head.headBytes) }
    }

    private(set) var requests: [Request] = []
    private(set) var rejection: HTTPRejection?

    /// `stops` are the numbers of bytes that are there when the framer is asked; rising, the last is all of them.
    init(_ stream: [UInt8], stops: [Int], _ limits: HTTPLimits) {
        var parser = HeadParser(limits: limits)
        var framer = RequestFramer()
        var held: [UInt8] = []
        var arrived = 0
        for stop in stops {
            held += stream[arrived..<stop]
            arrived = stop
            while rejection == nil, let consumed = step(&held, &framer, &parser, limits) { held.removeFirst(consumed) }
        }
    }

    /// Asks once; what was consumed by a request or, after `.sendContinue`, 0. Nil when more bytes are wanted.
    private mutating func step(
        _ held: inout [UInt8], _ framer: inout RequestFramer, _ parser: inout HeadParser, _ limits: HTTPLimits
    ) -> Int? {
        // Memory of exactly that size, whose end the address sanitizer watches.
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: held.count, alignment: 1)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: held)
        let action = framer.next(bytes, parser: &parser, limits: limits)
        held = Array(bytes)
        switch action {
        case .needMore: return nil
        case .sendContinue: return 0
        case .reject(let reason):
            rejection = reason
            return nil
        case .request(let head, let body, let consumed):
            guard consumed > 0 && consumed <= held.count else { fatalError("consumed \(consumed) of \(held.count)") }
            let headers = (0..<Int(head.headerCount)).map { index in
                let header = parser.header(at: index)
                return Self.text(header.name, held) + ":" + Self.text(header.value, held)
            }
            let content = Array(held[Int(body.start)..<body.end])
            requests.append(Request(head: head, headers: headers, body: content, consumed: consumed))
            return consumed
        }
    }

    private static func text(_ range: ByteRange, _ bytes: [UInt8]) -> String {
        String(decoding: bytes[Int(range.start)..<range.end], as: UTF8.self)
    }
}
