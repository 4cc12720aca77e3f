/// The head of one answer, written straight into the connection's output.
package struct ResponseHead: Sendable {
    /// What the Connection header says (RFC 9112 section 9.3).
    package enum Connection: Equatable, Sendable {
        /// Nothing: HTTP/1.1 goes on by default.
        case implied
        /// For a client of HTTP/1.0 that asked for it.
        case keepAlive
        case close

        /// - Parameter isClosing: whether this side wants to close whatever the client asked for.
        package init(answering head: RequestHead, isClosing: Bool) {
            self = isClosing || !head.keepAlive ? .close : head.minorVersion == 0 ? .keepAlive : .implied
        }
    }

    /// How the client finds the end of the body (RFC 9112 section 6.3).
    package enum Framing: Equatable, Sendable {
        /// Its bytes: for HEAD those that GET would get.
        case length(Int)
        /// The end is not known yet: the body comes in chunks.
        case chunked
        /// The end is not known yet, and a client of HTTP/1.0 knows no chunks: the body ends with the connection.
        case untilClose
    }

    /// The interim answer to `Expect: 100-continue` (RFC 9110 section 15.2.1), whole.
    package static let continueLine: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    package var status: HTTPStatus
    /// The value of Content-Type; nil leaves the header out.
    package var contentType: StaticString?
    /// How the body ends. The head doesn't say it where the status allows no body.
    package var framing: Framing
    package var connection: Connection

    package init(
        _ status: HTTPStatus, contentType: StaticString? = nil, framing: Framing, connection: Connection = .implied
    ) {
        self.status = status
        self.contentType = contentType
        self.framing = framing
        self.connection = connection
    }

    package init(
        _ status: HTTPStatus, contentType: StaticString? = nil, contentLength: Int = 0,
        connection: Connection = .implied
    ) {
        self.init(status, contentType: contentType, framing: .length(contentLength), connection: connection)
    }

    /// Whether the bytes of the body follow the head (RFC 9112 section 6.3, rule 1).
    package func isFollowedByBody(answering method: HTTPMethod) -> Bool {
        method != .head && status.allowsBody && framing != .length(0)
    }

    /// Appends the head with its empty line.
    ///
    /// - Parameters:
    ///   - extraLines: further headers, each with its line end, without control characters elsewhere.
    ///   - moreLines: the same.
    package func encode(
        into buffer: inout ByteBuffer, date: borrowing DateCache,
        extraLines: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        moreLines: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        precondition(extraLines.isEmpty || extraLines[extraLines.count - 1] == ByteClass.lineFeed)
        precondition(moreLines.isEmpty || moreLines[moreLines.count - 1] == ByteClass.lineFeed)
        buffer.append(status.line)
        date.append(to: &buffer)
        if status.allowsBody {
            if let contentType {
                buffer.append("Content-Type: ")
                buffer.append(contentType)
                buffer.append("\r\n")
            }
            switch framing {
            case .length(let bytes):
                buffer.append("Content-Length: ")
                buffer.append(decimal: UInt64(bytes))
                buffer.append("\r\n")
            case .chunked: buffer.append("Transfer-Encoding: chunked\r\n")
            case .untilClose: break
            }
        }
        switch connection {
        case .implied: break
        case .keepAlive: buffer.append("Connection: keep-alive\r\n")
        case .close: buffer.append("Connection: close\r\n")
        }
        buffer.append(extraLines)
        buffer.append(moreLines)
        buffer.append("\r\n")
    }
}
