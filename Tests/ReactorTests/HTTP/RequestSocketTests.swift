import Testing

@testable import Reactor

/// The same rows over a TCP connection to a server, with a good request behind each: what comes back tells where the
/// server believes that the first one ended.
@Suite("Requests on a socket")
struct RequestSocketTests {
    @Test("a request that arrives whole gets the answers it must get, and no more", arguments: RequestRows.all)
    func whole(row: RequestRow) throws {
        let conversation = try Conversation(row)
        conversation.send(row.input + (row.expected == .needMore ? [] : Conversation.next))
        try conversation.expect(row)
    }

    @Test("a request that arrives byte by byte gets the same answers", arguments: RequestRows.all)
    func byteByByte(row: RequestRow) throws {
        let conversation = try Conversation(row)
        // Behind its own "close" a client sends nothing: the server may have closed, and what the client then sees, an
        // end or a reset, is up to the kernel.
        let bytes = row.input + (row.expected == .needMore || row.isLast ? [] : Conversation.next)
        for (index, byte) in bytes.enumerated() {
            conversation.send([byte])
            if index + 1 == row.continueOffset { try conversation.expectContinue() }
        }
        try conversation.expect(row)
    }

    @Test("a line end behind a body, as old clients send it, belongs to nothing")
    func emptyLineBetween() throws {
        let row = RequestRow.good(
            "9112 2.2", RequestRow.post("Content-Length: 2\r\n", "ab"), .post, "/o", body: "ab")
        let conversation = try Conversation(row)
        conversation.send(row.input + Array("\r\n".utf8) + Conversation.next)
        try conversation.expect(row)
    }
}

/// One client and a server of its own, whose loop turns after each send.
private final class Conversation {
    static let next = Array("GET /next HTTP/1.1\r\nHost: b\r\n\r\n".utf8)

    private let harness: HTTPServerHarness
    private let client: TestClient

    init(_ row: RequestRow) throws {
        harness = try HTTPServerHarness { $0.http = row.limits }
        harness.handler.answer = { "\($0.target) \($0.body)" }
        client = try harness.connect()
    }

    func send(_ bytes: [UInt8]) {
        client.send(bytes)
        harness.loop.turnNow()
    }

    func expectContinue() throws {
        let reply = try #require(harness.reply(client))
        #expect(reply.status == 100 && harness.handler.seen.isEmpty)
    }

    /// Takes all that comes and compares it with what the row says.
    func expect(_ row: RequestRow) throws {
        switch row.expected {
        case .needMore:
            harness.settle()
            #expect(client.text == "" && !client.isOver && harness.server.connectionCount == 1)
            client.endInput()
            #expect(harness.turn { client.isOver } && client.received.isEmpty)
        case .rejected(let rejection):
            let reply = try #require(harness.reply(client))
            #expect(reply.status == Self.status(rejection) && reply.headers["connection"] == "close")
            try expectEnd()
            #expect(harness.handler.seen.isEmpty && harness.handler.refusals.count == 1)
        case .request(let seen):
            let target = try #require(row.target)
            let reply = try #require(harness.reply(client, hasBody: seen.method != .head))
            #expect(reply.status == 200)
            #expect(reply.body == (seen.method == .head ? "" : "\(target) \(seen.body)"))
            #expect(harness.handler.seen.first?.method == seen.method && harness.handler.seen.first?.body == seen.body)
            guard seen.keepAlive else {
                try expectEnd()
                #expect(harness.handler.targets == [target])
                return
            }
            let second = try #require(harness.reply(client))
            #expect(second.status == 200 && second.body == "/next ")
            harness.settle()
            #expect(client.text == "" && !client.isOver && harness.server.connectionCount == 1)
            #expect(harness.handler.targets == [target, "/next"] && harness.handler.refusals.isEmpty)
        }
    }

    /// Nothing more comes, and the connection ends without a reset that could have taken the answer away.
    private func expectEnd() throws {
        #expect(harness.turn { client.isOver })
        #expect(client.received.isEmpty && client.failure == nil)
        client.disconnect()
        #expect(harness.turn { harness.server.connectionCount == 0 })
    }

    /// RFC 9110 sections 15.5 and 15.6, RFC 6585 section 5.
    private static func status(_ rejection: HTTPRejection) -> Int {
        switch rejection {
        case .bodyTooLarge: 413
        case .requestLineTooLong: 414
        case .unsupportedExpectation: 417
        case .headTooLarge, .tooManyHeaders, .trailersTooLarge: 431
        case .unsupportedTransferEncoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }
}

extension RequestRow {
    /// The client itself says that it will send no other.
    fileprivate var isLast: Bool {
        guard case .request(let seen) = expected else { return false }
        return !seen.keepAlive
    }

    /// How many bytes there are when a client that sends no more before would wait for 100 (RFC 9110 section 10.1.1).
    fileprivate var continueOffset: Int? {
        guard case .request(let seen) = expected, seen.expectsContinue else { return nil }
        let end = Array("\r\n\r\n".utf8)
        return input.indices.first { input[$0...].starts(with: end) }.map { $0 + end.count }
    }

    /// As it was sent.
    fileprivate var target: String? {
        let parts = String(decoding: input, as: UTF8.self).split(separator: " ", maxSplits: 2)
        return parts.count > 1 ? String(parts[1]) : nil
    }
}
