import Glibc
import Reactor

@testable import API
@testable import Admin
@testable import App
@testable import Cache
@testable import Health
@testable import Ingest
@testable import Metrics
@testable import Orders
@testable import Queue

/// One event loop of the API on a thread of its own; the test is its clients, its committer and its readers.
final class APIHarness {
    let log = CapturedLog()
    let inbox = CommitInbox()
    let cache: MemoryCache
    let lists: ListCache
    let readers: ReaderPool
    let health: Health
    let mailbox: LoopMailbox
    let adminInbox = AdminInbox()
    let observerInbox = ObserverInbox(loops: 1)
    let port: UInt16
    private var thread: Reactor.Thread?

    struct Settings {
        var limits = HTTPServerLimits()
        var cors = CORSPolicy.any
        var cache = CacheLimits()
        var maxPendingReads = 100
        var maxPendingBytes = 1 << 20
        var maxInFlight = 100
        var adminPassword: String?
        var hasDashboard = true
    }

    init(_ configure: (inout Settings) -> Void = { _ in }) throws {
        var settings = Settings()
        configure(&settings)
        cache = MemoryCache(limits: settings.cache)
        lists = ListCache(limits: settings.cache)
        mailbox = try LoopMailbox()
        readers = ReaderPool(capacity: settings.maxPendingReads, loops: [mailbox])
        health = Health(logger: log.logger)
        let shared = EmbeddedOrders.Shared(
            cache: cache, lists: lists, readers: readers, claims: ClaimTable(),
            isCacheDisabled: settings.cache.isDisabled,
            maxPendingBytes: settings.maxPendingBytes, maxInFlight: settings.maxInFlight)
        let slot = Handed(ListenerSlot(try Listener(host: "127.0.0.1", port: 0)))
        port = slot.value.listener?.port ?? 0
        let (limits, cors) = (settings.limits, settings.cors)
        let observer = ObserverAccess(
            inbox: observerInbox, loop: 0, hasMetrics: true, hasDashboard: settings.hasDashboard)
        let access = AdminAccess(password: settings.adminPassword.map { AdminPassword($0) }, inbox: adminInbox, loop: 0)
        thread = Reactor.Thread(name: "loop") { [mailbox, inbox, health] in
            guard let listener = slot.value.listener.take() else { return }
            do throws(SystemError) {
                try APILoop(
                    listener: listener, mailbox: mailbox, limits: limits, cors: cors, health: health, access: access,
                    observer: observer,
                    cacheToSweep: shared.cache
                ) { loop, answers in
                    let ingest = Ingest(
                        loop: 0, sink: inbox, partitions: 4,
                        clock: UUIDv7Clock(), maximumBodyBytes: limits.http.bodyBytes, metrics: answers.metrics)
                    return EmbeddedOrders(loop: loop, index: 0, ingest: ingest, answers: answers, shared: shared)
                }.run()
            } catch {
                fatalError("the loop can't start: \(error)")
            }
        }
    }

    deinit {
        mailbox.post(.stop)
        waitForEnd()
    }

    /// Returns when the loop has ended.
    func waitForEnd() {
        thread?.join()
        thread = nil
    }

    func connect() throws -> APIClient { try APIClient(port: port) }

    /// One request on a connection of its own, which is answered without the help of others.
    func request(
        _ method: String, _ target: String, _ body: String? = nil, headers: [String] = []
    ) throws -> APIClient.Reply? {
        let client = try connect()
        client.send(method, target, body, headers: headers)
        return client.reply(isHead: method == "HEAD")
    }

    // MARK: The test as committer and reader

    /// The writes that the loop has handed over, at least one batch.
    func takeBatches() -> [WriteBatch] {
        var content = CommitInbox.Content()
        _ = inbox.take(into: &content, until: .now().advanced(byMilliseconds: 20_000))
        return content.batches
    }

    func settle(_ batches: [WriteBatch], _ outcome: QueueOutcome) {
        for batch in batches { batch.settle(outcome) }
        mailbox.post(.settled(batches))
    }

    /// Answers the next read that the loop asks for; returns which one it was.
    func completeRead(_ order: SampleOrder?, id: UUID, version: OrderVersion? = nil) -> Bool {
        guard case .order(let asked, let flight) = readers.nextRequest, asked == id else { return false }
        var waiters: [Waiter] = []
        var answer = ByteBuffer()
        guard let order else {
            _ = cache.complete(flight, .missing(since: .none), now: .now(), waiters: &waiters, answer: &answer)
            readers.tell(waiters, .missing(since: .none), [])
            return true
        }
        let told = order.withBytes { bytes in
            cache.complete(
                flight, .found(order: bytes, status: order.status, version: version ?? OrderVersion(ofCreation: id)),
                now: .now(), waiters: &waiters, answer: &answer)
        }
        guard case .found(let cached) = told else { return false }
        readers.tell(waiters, .order(cached), [UInt8](answer.bytes))
        return true
    }

    func completePage(_ body: String) -> ListQuery? {
        guard case .page(let query, let flight) = readers.nextRequest else { return nil }
        var waiters: [Waiter] = []
        lists.complete(flight, page: Array(body.utf8), now: .now(), waiters: &waiters)
        readers.tell(waiters, .page, Array(body.utf8))
        return query
    }

    /// Shows an order as a commit would.
    func show(_ id: UUID, _ order: SampleOrder) {
        order.withBytes { cache.committed(create: id, order: $0, status: order.status, now: .now()) }
    }
}

private final class ListenerSlot {
    var listener: Listener?

    init(_ listener: consuming Listener) { self.listener = consume listener }
}

/// A client that waits for its answers, though not for ever.
final class APIClient {
    struct Reply: Equatable {
        var status = 0
        /// In lower case.
        var headers: [String: String] = [:]
        var body = ""
    }

    struct Failure: Error {
        var call: String
        var code = errno
    }

    private let raw: Int32
    private var received: [UInt8] = []

    init(port: UInt16) throws {
        raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw Failure(call: "connect") }
    }

    deinit { close(raw) }

    func send(_ method: String, _ target: String, _ body: String? = nil, headers: [String] = []) {
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        let lines = headers.map { "\($0)\r\n" }.joined()
        send(raw: "\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(lines)\(length)\r\n\(body ?? "")")
    }

    func send(raw text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The next answer; nil when the connection ended, or nothing came for a long time.
    func reply(isHead: Bool = false) -> Reply? {
        while true {
            if let reply = takeReply(isHead) { return reply }
            guard receive() else { return nil }
        }
    }

    /// All that was received, as soon as `text` is in it; nil when that doesn't come.
    func received(through text: String) -> String? {
        while true {
            let all = String(decoding: received, as: UTF8.self)
            if all.contains(text) { return all }
            guard receive() else { return nil }
        }
    }

    func endSending() { shutdown(raw, Int32(SHUT_WR)) }

    /// Whether the server has closed the connection, with nothing more to read.
    func isClosed() -> Bool { received.isEmpty && !receive() }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let got = read(raw, &chunk, chunk.count)
        guard got > 0 else { return false }
        received += chunk[..<got]
        return true
    }

    private func takeReply(_ isHead: Bool) -> Reply? {
        let end = Array("\r\n\r\n".utf8)
        guard let headEnd = received.indices.first(where: { received[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: received[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        var reply = Reply(status: Int(lines[0].split(separator: " ")[1]) ?? 0)
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            reply.headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1]) : ""
        }
        let bodyStart = headEnd + 4
        let length = isHead ? 0 : Int(reply.headers["content-length"] ?? "0") ?? 0
        guard received.count >= bodyStart + length else { return nil }
        reply.body = String(decoding: received[bodyStart..<bodyStart + length], as: UTF8.self)
        received.removeFirst(bodyStart + length)
        return reply
    }
}

extension ReaderPool {
    /// The next request, for a test that reads in a reader's place; nil when the pool is closed.
    var nextRequest: ReadRequest? {
        if case .read(let waiting) = next() { waiting.request } else { nil }
    }
}
