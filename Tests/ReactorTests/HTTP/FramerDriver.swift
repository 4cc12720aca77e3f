import Reactor

/// Feeds a framer as a connection would, with each state of the input flush against a guard page, and lets another
/// connection use the shared parser between any two calls.
struct FramerDriver: ~Copyable {
    struct Run: Equatable {
        var outcome: RequestRow.Outcome
        /// All headers of the request as the shared table shows them.
        var headers: [String] = []
        var consumed = 0
        var continues = 0
        /// How many bytes had arrived when the outcome was found.
        var arrived = 0
    }

    private let limits: HTTPLimits
    private let memory: GuardedMemory
    private var parser: HeadParser
    private var framer = RequestFramer()

    init(limits: HTTPLimits, capacity: Int) {
        self.limits = limits
        self.memory = GuardedMemory(capacity: capacity)
        self.parser = HeadParser(limits: limits)
    }

    /// Feeds `input` so that the numbers of bytes in `stops`, rising, are there at each call.
    ///
    /// `rest` receives what a connection would still hold after the outcome.
    mutating func feed(_ input: [UInt8], stops: some Sequence<Int>, rest: inout [UInt8]) -> Run {
        var held: [UInt8] = []
        var run = Run(outcome: .needMore)
        for stop in stops {
            held += input[held.count..<stop]
            run.arrived = stop
            if step(&held, &run) { break }
        }
        rest = Array(held.dropFirst(run.consumed)) + input.dropFirst(held.count)
        return run
    }

    mutating func feed(_ input: [UInt8], stops: some Sequence<Int>) -> Run {
        var rest: [UInt8] = []
        return feed(input, stops: stops, rest: &rest)
    }

    var phase: RequestFramer.Phase { framer.phase }
    var wantedBytes: Int? { framer.wantedBytes }

    /// One call of the framer, and one more after `.sendContinue`; true when an outcome is there.
    private mutating func step(_ held: inout [UInt8], _ run: inout Run) -> Bool {
        useParserElsewhere()
        let bytes = memory.place(held)
        var action = framer.next(bytes, parser: &parser, limits: limits)
        if action == .sendContinue {
            run.continues += 1
            action = framer.next(bytes, parser: &parser, limits: limits)
        }
        held = Array(bytes)
        switch action {
        case .needMore:
            return false
        case .sendContinue:
            run.continues += 1
            return false
        case .reject(let rejection):
            run.outcome = .rejected(rejection)
            return true
        case .request(let head, let body, let consumed):
            run.outcome = .request(Self.seen(head, body, UnsafeRawBufferPointer(bytes)))
            run.consumed = consumed
            for index in 0..<Int(head.headerCount) {
                let header = parser.header(at: index)
                run.headers.append(Self.text(header.name, bytes) + ": " + Self.text(header.value, bytes))
            }
            return true
        }
    }

    private mutating func useParserElsewhere() {
        var progress = HeadProgress()
        let request: StaticString = "PUT /else?w HTTP/1.0\r\nX: 1\r\nY: 2\r\nConnection: keep-alive\r\nZ"
        let bytes = UnsafeRawBufferPointer(start: request.utf8Start, count: request.utf8CodeUnitCount)
        _ = parser.parse(bytes, progress: &progress, limits: limits)
    }

    private static func seen(
        _ head: RequestHead, _ body: ByteRange, _ bytes: UnsafeRawBufferPointer
    ) -> RequestRow.Seen {
        RequestRow.Seen(
            method: head.method, path: String(decoding: head.path.of(bytes), as: UTF8.self),
            query: String(decoding: head.query.of(bytes), as: UTF8.self), form: head.targetForm,
            minorVersion: head.minorVersion, keepAlive: head.keepAlive, expectsContinue: head.expectsContinue,
            body: String(decoding: body.of(bytes), as: UTF8.self))
    }

    private static func text(_ range: ByteRange, _ bytes: UnsafeMutableRawBufferPointer) -> String {
        String(decoding: range.of(UnsafeRawBufferPointer(bytes)), as: UTF8.self)
    }
}
