import Glibc
import Testing

@testable import Reactor

/// A context on one end of a socket pair; the test is the server on the other one.
private final class ContextHarness: RedisContextOwner {
    let loop: EventLoop
    private let server: FileDescriptor
    private(set) var context: RedisContext?
    private(set) var replies: [KeptReply] = []
    private(set) var failures: [String] = []
    var onReply: () -> Void = {}

    init(_ configure: (inout RedisSettings) -> Void = { _ in }) throws {
        var settings = RedisSettings()
        configure(&settings)
        loop = try EventLoop()
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        precondition(socketpair(AF_UNIX, type, 0, &ends) == 0, "socketpair: errno \(errno)")
        server = FileDescriptor(owning: ends[0])
        let own = FileDescriptor(owning: ends[1])
        context = try RedisContext(socket: own, loop: loop, settings: settings, owner: self)
    }

    func contextReplied(_ reply: borrowing RedisReply) {
        replies.append(KeptReply(reply))
        onReply()
    }

    func contextFailed(_ reason: String) { failures.append(reason) }

    func send(_ count: Int = 1) {
        var command = RedisCommand()
        command.append("PING")
        for _ in 0..<count { context?.send(command) }
    }

    func answer(_ text: some StringProtocol) { answer(text.utf8) }

    func answer(_ content: some Collection<UInt8>) {
        var bytes = Array(content)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { write(server.raw, $0.baseAddress, $0.count) }
            if sent > 0 { bytes = bytes.dropFirst(sent) } else { precondition(errno == EAGAIN) }
            loop.turnNow()
        }
    }

    func endOutput() { shutdown(server.raw, Int32(SHUT_WR)) }

    /// What has arrived at the server since the last time.
    func received() -> Int {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while case let count = read(server.raw, &bytes, bytes.count), count > 0 { total += count }
        return total
    }

    func flush() { _ = context?.flush() }

    func end() {
        context?.close()
        context = nil
    }
}

@Suite("RedisContext and what comes over the wire")
struct RedisContextTests {
    private static let sample =
        "+OK\r\n*4\r\n$3\r\nabc\r\n$-1\r\n:-12\r\n*2\r\n$0\r\n\r\n-ERR x\r\n*0\r\n*-1\r\n$4\r\n\r\n\r\n\r\n"
    private static let sampleReplies: [KeptReply] = [
        .status("OK"),
        .array([.string("abc"), .null, .integer(-12), .array([.string(""), .error("ERR x")])]),
        .array([]), .null, .string("\r\n\r\n"),
    ]

    @Test("replies are the same wherever the network cuts them", arguments: 0...sample.utf8.count)
    func cuts(offset: Int) throws {
        let harness = try ContextHarness()
        harness.send(5)
        let cut = Self.sample.utf8.index(Self.sample.startIndex, offsetBy: offset)
        harness.answer(Self.sample[..<cut])
        harness.answer(Self.sample[cut...])
        #expect(harness.replies == Self.sampleReplies && harness.failures == [])
        harness.end()
    }

    @Test("replies that come byte by byte are the same")
    func bytewise() throws {
        let harness = try ContextHarness()
        harness.send(5)
        for byte in Self.sample.utf8 { harness.answer(CollectionOfOne(byte)) }
        #expect(harness.replies == Self.sampleReplies && harness.failures == [])
        harness.end()
    }

    @Test(
        "what is no reply, or one that nobody asked for, ends the connection and not the process",
        arguments: [
            (0, "+OK\r\n", "the server sent a reply that no command had asked for"),
            (0, ":1\r\n", "the server sent a reply that no command had asked for"),
            (0, "$-1\r\n", "the server sent a reply that no command had asked for"),
            (0, "*1\r\n:1\r\n", "the server sent a reply that no command had asked for"),
            (0, "*0\r\n", "the server sent a reply that no command had asked for"),
            (0, "-ERR go away\r\n", "ERR go away"),
            (1, "+OK\r\n+OK\r\n", "the server sent a reply that no command had asked for"),
            (1, "HTTP/1.1 400 Bad Request\r\n", "Protocol error, got \"H\" as reply type byte"),
            (1, ":12x\r\n", "Bad integer value"),
            (1, "*99999999999\r\n", "Multi-bulk length out of range"),
            (1, "*2000000\r\n", "a reply of more elements than the limit"),
            (1, "*2\r\n*600000\r\n", ""),
            (1, String(repeating: "*1\r\n", count: 12), "No support for nested multi bulk replies with depth > 7"),
        ])
    func refused(commands: Int, text: String, reason: String) throws {
        let harness = try ContextHarness()
        harness.send(commands)
        harness.answer(text)
        if reason.isEmpty {
            #expect(harness.failures == [])
        } else {
            #expect(harness.failures == [reason])
            #expect(harness.context?.isOpen == false)
        }
        harness.end()
    }

    @Test("a reply of more bytes than the limit ends the connection before all of it is in memory")
    func byteLimit() throws {
        let harness = try ContextHarness { $0.replyBytes = 100_000 }
        harness.send(2)
        harness.answer("$90000\r\n" + String(repeating: "x", count: 90_000) + "\r\n$9000000\r\n")
        #expect(harness.replies.count == 1 && harness.failures == [])
        harness.answer(String(repeating: "x", count: 150_000))
        #expect(harness.replies.count == 1 && harness.failures == ["a reply of more than 100000 bytes"])
        harness.end()
    }

    @Test("the end of the stream is told once, with commands unanswered or not", arguments: [0, 3])
    func endOfStream(commands: Int) throws {
        let harness = try ContextHarness()
        harness.send(commands)
        harness.flush()
        harness.endOutput()
        for _ in 0..<3 { harness.loop.turnNow() }
        #expect(harness.replies == [] && harness.failures == ["the server closed the connection"])
        harness.end()
        #expect(harness.failures.count == 1)
    }

    @Test("nothing is told when we close it ourselves")
    func close() throws {
        let harness = try ContextHarness()
        harness.send(3)
        harness.end()
        harness.loop.turnNow()
        #expect(harness.replies == [] && harness.failures == [])
    }

    @Test("output waits for the flush, and for room in the socket, without asking the kernel again and again")
    func output() throws {
        let harness = try ContextHarness()
        harness.send(3)
        harness.loop.turnNow()
        #expect(harness.received() == 0)
        harness.flush()
        #expect(harness.received() == 3 * 14)
        harness.send(100_000)
        harness.flush()
        #expect(harness.context?.unsentBytes ?? 0 > 0)
        var received = 0
        for _ in 0..<1000 where received < 1_400_000 {
            received += harness.received()
            harness.loop.turnNow()
        }
        #expect(received == 1_400_000 && harness.context?.unsentBytes == 0)
        harness.end()
    }
}
