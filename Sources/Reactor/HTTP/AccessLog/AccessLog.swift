/// Where the access log goes, and what its lines look like: the same for all loops.
package struct AccessLogDestination: Sendable {
    package let format: AccessLogFormat
    package let writer: AccessLogWriter

    package init(format: AccessLogFormat, writer: AccessLogWriter) {
        self.format = format
        self.writer = writer
    }
}

/// The access log of one event loop: begins a line with each request, completes it with the answer, and hands what has
/// gathered to the writer once a turn. In the steady state nothing is allocated.
final class AccessLog {
    /// The unfinished line of one request.
    private final class Entry {
        /// Each run of the format, behind its length in four bytes.
        var text = ByteBuffer()
        var began = Deadline.never
        var isTaken = false
    }

    /// Entries that keep their memory while nobody uses them.
    private static let warmEntries = 1024
    /// What an idle entry may keep.
    private static let warmBytes = 1024
    /// A batch that is handed over before the turn ends.
    private static let batchBytes = 128 << 10

    private let format: AccessLogFormat
    private let writer: AccessLogWriter
    private unowned let loop: EventLoop
    private var clock: AccessLogClock
    private var entries: [Entry] = []
    private var free: [UInt32] = []
    private var batch = ByteBuffer()

    /// Memory of lines whose answers are still to come.
    private(set) var heldBytes = 0

    init(_ destination: AccessLogDestination, loop: EventLoop, second: Int) {
        format = destination.format
        writer = destination.writer
        self.loop = loop
        clock = AccessLogClock(second: second)
    }

    /// Lines whose answers are still to come.
    var openLines: Int { entries.count - free.count }

    /// - Parameter second: the wall time, in seconds since 1970.
    func update(second: Int) { clock.update(second: second) }

    /// Hands over what has gathered.
    func flush() {
        guard !batch.isEmpty else { return }
        writer.append(batch.bytes)
        batch.removeAll()
    }

    // MARK: A line

    /// Begins the line of a request; the ticket, which is not 0, must be given back once by ``complete(_:_:)``.
    ///
    /// - Parameter parser: holds the request's headers, if `request` says that there are any.
    func begin(
        _ request: LoggedRequest, parser: borrowing HeadParser, peer: PeerAddress, began: Deadline
    ) -> UInt32 {
        let ticket = takeTicket()
        let entry = entries[Int(ticket) - 1]
        entry.began = began
        // Taken out for as long as it is written. In debug builds, in which the tests run, each access to a property of
        // an object is checked for exclusivity, which would cost more than all the writing. Releases make no such
        // check.
        var text = ByteBuffer()
        swap(&text, &entry.text)
        for run in format.runs {
            let start = text.count
            // Room for the run's length, which is filled in behind the run.
            withUnsafeBytes(of: UInt32(0)) { text.append($0) }
            for piece in run { append(piece, of: request, parser, peer, to: &text) }
            let length = UInt32(text.count - start - 4)
            text.mutableBytes.storeBytes(of: length, toByteOffset: start, as: UInt32.self)
        }
        heldBytes += text.count
        swap(&text, &entry.text)
        return ticket
    }

    /// What is said of an answer.
    struct Answer {
        var status: HTTPStatus
        /// The encoded head; empty when the client had gone before.
        var head = UnsafeRawBufferPointer(start: nil, count: 0)
        var bodyBytes = 0
    }

    /// Completes the line and gives its entry back.
    func complete(_ ticket: UInt32, _ answer: Answer) {
        let entry = entries[Int(ticket) - 1]
        precondition(entry.isTaken, "a request is answered once")
        let elapsed = format.hasDuration ? loop.readClock().nanoseconds &- entry.began.nanoseconds : 0
        // Both are taken out for as long as they are used: debug builds check each access to a property of an object.
        var line = ByteBuffer()
        var text = ByteBuffer()
        swap(&line, &batch)
        swap(&text, &entry.text)
        let bytes = text.bytes
        var position = 0
        for index in 0...format.atoms.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            line.append(ByteRange(start: position + 4, count: length).of(bytes))
            position += 4 + length
            if index < format.atoms.count { append(format.atoms[index], of: answer, elapsed, to: &line) }
        }
        line.append(byte: ByteClass.lineFeed)
        let isEnough = line.count >= Self.batchBytes
        swap(&line, &batch)
        reset(&text)
        swap(&text, &entry.text)
        entry.isTaken = false
        free.append(ticket)
        if isEnough { flush() }
    }

    // MARK: Entries

    private func takeTicket() -> UInt32 {
        if free.isEmpty {
            entries.append(Entry())
            free.append(UInt32(entries.count))
        }
        let ticket = free.removeLast()
        entries[Int(ticket) - 1].isTaken = true
        return ticket
    }

    /// An entry that is given back keeps a little memory, if few are.
    private func reset(_ text: inout ByteBuffer) {
        heldBytes -= text.count
        if text.allocatedBytes > Self.warmBytes || free.count >= Self.warmEntries {
            text.release()
        } else {
            text.removeAll()
        }
    }

    // MARK: Pieces

    private func append(
        _ piece: AccessLogFormat.Piece, of request: LoggedRequest, _ parser: borrowing HeadParser,
        _ peer: PeerAddress, to text: inout ByteBuffer
    ) {
        switch piece {
        case .literal(let bytes): bytes.withUnsafeBytes { text.append($0) }
        case .value(let atom, let place):
            switch atom {
            case .peer: peer.append(to: &text)
            case .user:
                BasicUser.append(of: parser.value(of: Self.authorization, in: request), to: &text, place)
            case .requestLine: text.append(logged: request.line.of(request.bytes), place)
            case .method: text.append(logged: request.method.of(request.bytes), place)
            case .path: text.append(logged: request.path.of(request.bytes), place)
            case .query: text.append(logged: request.query.of(request.bytes), place)
            case .version: text.append(logged: request.version.of(request.bytes), place)
            case .header(let name): text.append(logged: parser.value(of: name, in: request) ?? Self.nothing, place)
            }
        }
    }

    private func append(
        _ atom: AccessLogFormat.AnswerAtom, of answer: Answer, _ nanoseconds: UInt64, to line: inout ByteBuffer
    ) {
        let microseconds = nanoseconds / 1_000
        switch atom {
        case .time: clock.append(to: &line)
        case .status: line.append(decimal: UInt64(answer.status.rawValue))
        case .bodyBytes: line.append(decimal: UInt64(answer.bodyBytes))
        case .bodyBytesOrDash where answer.bodyBytes == 0: line.append(byte: UInt8(ascii: "-"))
        case .bodyBytesOrDash: line.append(decimal: UInt64(answer.bodyBytes))
        case .seconds: line.append(decimal: microseconds / 1_000_000)
        case .milliseconds: line.append(decimal: microseconds / 1_000)
        case .microseconds: line.append(decimal: microseconds)
        case .decimalSeconds:
            line.append(decimal: microseconds / 1_000_000)
            line.append(byte: UInt8(ascii: "."))
            line.append(decimal: microseconds % 1_000_000, width: 6)
        case .header(let name, let place):
            line.append(logged: EncodedHead.value(of: name, in: answer.head) ?? Self.nothing, place)
        }
    }

    private static let authorization = Array("authorization".utf8)
    private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

extension HeadParser {
    /// The value of the first header called `name`, which is in lower case; nil as well where no headers are known.
    fileprivate borrowing func value(of name: [UInt8], in request: LoggedRequest) -> UnsafeRawBufferPointer? {
        for index in 0..<request.headerCount {
            let (found, value) = header(at: index)
            if HeaderName.isEqual(found.of(request.bytes), name) { return value.of(request.bytes) }
        }
        return nil
    }
}
