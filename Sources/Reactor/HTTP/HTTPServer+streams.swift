/// Answers whose end is not known when they begin, like a stream of events.
extension HTTPServer {
    /// Begins to answer the request named by `token`, with the body's first bytes. True when more may follow by
    /// ``append(_:to:)``, up to ``end(_:)``; false when the answer is whole already (HEAD), or nobody is there to read
    /// it.
    ///
    /// Chunked, and for clients of HTTP/1.0 up to the end of the connection. Ends by itself when the client has sent
    /// its last, leaves too much unread (``HTTPServerLimits/streamBytes``), reads nothing for too long, or the server
    /// drains.
    package func beginStream(to token: ResponseToken, _ response: HTTPResponse) -> Bool {
        let start = connection(of: token)?.begin(token, response) ?? .useless
        if start == .useless, token.logTicket != 0 {
            accessLog?.complete(token.logTicket, AccessLog.Answer(status: response.status))
        }
        return start == .open
    }

    /// More of an answer that was begun, sent when the turn ends. False when it has ended: forget the token.
    package func append(_ bytes: UnsafeRawBufferPointer, to token: ResponseToken) -> Bool {
        connection(of: token)?.append(token, bytes) ?? false
    }

    /// Whether the answer was begun and has not ended.
    package func isStreaming(to token: ResponseToken) -> Bool { connection(of: token)?.isStreaming(token) ?? false }

    /// The answer is whole. Does nothing when it has ended by itself.
    package func end(_ token: ResponseToken) { connection(of: token)?.end(token) }

    /// The access log's line: at the end, with all that was sent.
    func completeLine(_ stream: ResponseStream) {
        guard stream.logTicket != 0 else { return }
        stream.head.withUnsafeBytes { head in
            accessLog?.complete(
                stream.logTicket, AccessLog.Answer(status: stream.status, head: head, bodyBytes: stream.bodyBytes))
        }
    }
}
