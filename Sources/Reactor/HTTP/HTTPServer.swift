import Glibc

/// The HTTP/1.1 server of one event loop: keeps the connections, and lends them what they share (the read buffer, the
/// parser, the date).
package final class HTTPServer: FlushHook, ReapHook, TimerHandler {
    package let loop: EventLoop
    let limits: HTTPServerLimits
    let handler: any HTTPHandler
    /// Every connection reads into this one; whoever has the start of a request left over copies it out.
    let readBuffer: UnsafeMutableRawBufferPointer
    var parser: HeadParser
    /// Room to encode an answer that has to wait for its turn.
    var scratch = ByteBuffer()
    /// Every answer tells its client that the connection ends.
    private(set) var isClosing = false
    /// Nobody is let in, and who idles is closed.
    private(set) var isDraining = false
    private var hasReportedDrained = false

    private var acceptor: Acceptor?
    private var idle = IdleConnections()
    private var connections = ContiguousArray<HTTPConnection?>()
    private var dirty: [HTTPConnection] = []
    private var flushing: [HTTPConnection] = []
    private var doomed: [HTTPConnection] = []
    private var dates: DateCache
    /// nil when it is off.
    let accessLog: AccessLog?
    private let onDrained: () -> Void

    /// Open connections.
    package private(set) var connectionCount = 0

    /// Connections that were refused because there were too many.
    package private(set) var refusedConnections: UInt64 = 0

    /// Memory that connections hold in buffers: none for those that idle. Asks each of them, so for metrics and tests.
    package var bufferedBytes: Int { connections.reduce(0) { $0 + ($1?.bufferedBytes ?? 0) } }

    /// Memory that connections hold in buffers. They keep it up to date as they change.
    var heldBytes = 0

    /// Whether connections hold more than they may: requests that are not here yet are refused.
    var isCrowded: Bool { heldBytes + (accessLog?.heldBytes ?? 0) > limits.bufferedBytes }

    /// Whether connections hold so much more than they may that all requests are refused: answers that nobody reads
    /// have piled up.
    var isFull: Bool { heldBytes > limits.bufferedBytes + limits.bufferedBytes / 2 }

    /// Bytes of answers that clients have not taken yet. Asks each connection, so for metrics and tests.
    package var unsentBytes: Int { connections.reduce(0) { $0 + ($1?.unsentBytes ?? 0) } }

    /// Starts to accept from `listener` when the loop runs, or at ``open()`` if it doesn't listen yet. `onDrained` is
    /// called once, when after ``drain()`` the last connection has gone.
    package init(
        loop: EventLoop, listener: consuming Listener, limits: HTTPServerLimits, handler: any HTTPHandler,
        accessLog: AccessLogDestination? = nil, onDrained: @escaping () -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        self.handler = handler
        self.onDrained = onDrained
        parser = HeadParser(limits: limits.http)
        let second = Self.wallClockSecond()
        dates = DateCache(second: second)
        self.accessLog = accessLog.map { AccessLog($0, loop: loop, second: second) }
        // The slack stays readable behind the last byte that read(2) may fill.
        readBuffer = .init(
            start: UnsafeMutableRawPointer.allocate(byteCount: limits.readBytes + ByteBuffer.slack, alignment: 64),
            count: limits.readBytes)
        acceptor = try Acceptor(listener, server: self)
        loop.add(flushHook: self)
        loop.add(reapHook: self)
        loop.schedule(afterMilliseconds: 0, self)
    }

    deinit { readBuffer.deallocate() }

    // MARK: For handlers

    /// Answers the request named by `token`; does nothing when its client has gone.
    package func respond(to token: ResponseToken, _ response: HTTPResponse) {
        if let connection = connection(of: token), connection.respond(token, response) { return }
        // Nobody is there to read it, but it was asked for and has happened.
        if token.logTicket != 0 { accessLog?.complete(token.logTicket, AccessLog.Answer(status: response.status)) }
    }

    /// The value of the request's first header called `name`, which is in lower case; only while it is being handled.
    package func value(of name: StaticString, in request: HTTPRequest) -> UnsafeRawBufferPointer? {
        parser.value(of: name, in: request.bytes)
    }

    /// Whether the request has more than one header called `name`, which is in lower case; only while it is being
    /// handled.
    package func isRepeated(_ name: StaticString, in request: HTTPRequest) -> Bool {
        parser.isRepeated(name, in: request.bytes)
    }

    /// Whether the client that `token` names is still there.
    package func isAwaited(_ token: ResponseToken) -> Bool { connection(of: token) != nil }

    /// Lets clients in.
    package func open() { acceptor?.open() }

    /// From now on connections close behind the answer they wait for, and everything is taken as before: clients and
    /// balancers get to know that the service is going away while they can still ask it.
    package func announceClose() { isClosing = true }

    /// Stops accepting, after those that wait for it, closes idle connections, and tells the others to close behind the
    /// answer they wait for.
    package func drain() {
        guard !isDraining else { return }
        isClosing = true
        isDraining = true
        acceptor?.finish()
        acceptor = nil
        for connection in connections { connection?.drain() }
        // Otherwise the reaping reports it: a loop that stopped before that would leave the descriptors open, and their
        // clients waiting, for as long as other loops still drain.
        if doomed.isEmpty { reportDrained() }
    }

    // MARK: Loop events

    package func flush() {
        // Before the answers: a client that asks another loop next finds its lines in the order of its requests.
        accessLog?.flush()
        guard !dirty.isEmpty else { return }
        swap(&dirty, &flushing)
        for connection in flushing { connection.flush() }
        flushing.removeAll(keepingCapacity: true)
    }

    package func reap() {
        guard !doomed.isEmpty else { return }
        // Dropping the last reference closes the descriptor.
        doomed.removeAll(keepingCapacity: true)
        reportDrained()
    }

    package func timerFired(_ timer: TimerID) {
        let second = Self.wallClockSecond()
        dates.update(second: second)
        accessLog?.update(second: second)
        for connection in connections { connection?.sweep() }
        loop.schedule(afterMilliseconds: limits.sweepIntervalMilliseconds, self)
    }

    // MARK: For connections

    func handle(_ head: RequestHead, body: UnsafeRawBufferPointer, bytes: UnsafeRawBufferPointer, token: ResponseToken)
    {
        handler.handle(HTTPRequest(head: head, bytes: bytes, body: body), token: token, server: self)
    }

    /// Begins the access log's line of a request whose head the parser holds; 0 without a log.
    func beginLine(
        _ head: RequestHead, _ bytes: UnsafeRawBufferPointer, peer: PeerAddress, began: Deadline
    ) -> UInt32 {
        accessLog?.begin(LoggedRequest(head, bytes), parser: parser, peer: peer, began: began) ?? 0
    }

    /// Begins the access log's line of a request that is refused, of which only the first line may be known; 0 without
    /// a log.
    func beginLine(refused bytes: UnsafeRawBufferPointer, peer: PeerAddress, began: Deadline) -> UInt32 {
        guard let accessLog else { return 0 }
        let request = LoggedRequest(refused: bytes, parser: &parser, limits: limits.http)
        return accessLog.begin(request, parser: parser, peer: peer, began: began)
    }

    /// What the answer to a refused request depends on; nothing when its head was not understood.
    func understood(refused bytes: UnsafeRawBufferPointer) -> (isHead: Bool, origin: UnsafeRawBufferPointer?) {
        let own = limits.http
        // That a body is too large is found out in the middle of a head that is otherwise in order.
        let lenient = HTTPLimits(
            requestLineBytes: own.requestLineBytes, headBytes: own.headBytes, headerCount: own.headerCount,
            bodyBytes: HTTPLimits.bodyBytesMaximum)
        var progress = HeadProgress()
        guard case .complete(let head) = parser.parse(bytes, progress: &progress, limits: lenient) else {
            return (false, nil)
        }
        return (head.method == .head, parser.value(of: "origin", in: bytes))
    }

    /// - Parameter logTicket: of the line that this answer completes.
    func encode(
        _ response: HTTPResponse, traits: ResponseTraits, logTicket: UInt32, into output: inout ByteBuffer
    ) {
        let start = output.count
        encodeHead(response, traits: traits, framing: .length(response.body.count), into: &output)
        let headEnd = output.count
        if !traits.contains(.headOnly) && response.status.allowsBody { output.append(response.body) }
        if let accessLog, logTicket != 0 {
            let head = ByteRange(start: start, count: headEnd - start).of(output.bytes)
            accessLog.complete(
                logTicket,
                AccessLog.Answer(status: response.status, head: head, bodyBytes: output.count - headEnd))
        }
    }

    func encodeHead(
        _ response: HTTPResponse, traits: ResponseTraits, framing: ResponseHead.Framing, into output: inout ByteBuffer
    ) {
        let head = ResponseHead(
            response.status, contentType: response.contentType, framing: framing,
            connection: traits.contains(.closes)
                ? .close : traits.contains(.announcesKeepAlive) ? .keepAlive : .implied)
        head.encode(
            into: &output, date: dates, extraLines: response.headerLines, moreLines: response.sharedLines)
    }

    func markDirty(_ connection: HTTPConnection) { dirty.append(connection) }

    func connectionDoomed(_ connection: HTTPConnection) {
        connections[Int(connection.registration.descriptor)] = nil
        connectionCount -= 1
        doomed.append(connection)
    }

    // MARK: Inside

    func connection(of token: ResponseToken) -> HTTPConnection? {
        guard let connection = connections[Int(token.descriptor)],
            connection.registration.generation == token.generation
        else { return nil }
        return connection
    }

    /// Takes in a client that the acceptor has accepted, or tells it that there are too many.
    func admit(_ transport: consuming Transport, _ peer: PeerAddress) {
        guard connectionCount < limits.connections || closeLongestIdle() else {
            refusedConnections &+= 1
            // Best effort: the send buffer of a new socket has room for it.
            let refusal: StaticString =
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            _ = transport.send(
                UnsafeRawBufferPointer(start: refusal.utf8Start, count: refusal.utf8CodeUnitCount))
            // Nothing is known of a request that nobody has read.
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            let line = beginLine(refused: nothing, peer: peer, began: loop.now)
            accessLog?.complete(line, AccessLog.Answer(status: .serviceUnavailable))
            return
        }
        let index = Int(transport.descriptor)
        // Fails only when the kernel has no memory for the registration; the client sees a closed connection.
        guard let connection = try? HTTPConnection(transport, peer: peer, server: self) else { return }
        while connections.count <= index { connections.append(nil) }
        connections[index] = connection
        connectionCount += 1
    }

    /// Ends the connection that has idled the longest; false when none has for
    /// ``HTTPServerLimits/idleShortageMilliseconds``.
    func closeLongestIdle() -> Bool {
        guard let connection = idle.takeLongest(among: connections, now: loop.now, limits) else { return false }
        connection.doom()
        return true
    }

    private func reportDrained() {
        guard isDraining && connectionCount == 0 && !hasReportedDrained else { return }
        hasReportedDrained = true
        onDrained()
    }

    private static func wallClockSecond() -> Int { Glibc.time(nil) }
}
