import Glibc
import Reactor

/// A connection to one URL, made when it is needed and kept as long as it works. For one thread, which it blocks.
final class ProveConnection {
    private let url: ProveURL
    private var socket: FileDescriptor?
    /// Bytes behind the last answer.
    private var received: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    init(_ url: ProveURL) { self.url = url }

    /// Sends the request and waits for its answer.
    func exchange(_ request: HTTPRequest, until deadline: Deadline) throws(ExchangeFailure) -> HTTPReply {
        if socket != nil, isStale() { close() }
        if socket == nil { socket = try connect(until: deadline) }
        do throws(ExchangeFailure) {
            try send(request.bytes(to: url), until: deadline)
            let reply = try receive(until: deadline)
            if !reply.staysOpen { close() }
            return reply
        } catch {
            close()
            throw error
        }
    }

    func close() {
        socket = nil
        received.removeAll()
    }

    /// Between two answers nothing may come: the server has closed, or talks nonsense.
    private func isStale() -> Bool { !received.isEmpty || isReady(POLLIN, until: .now()) }

    private func connect(until deadline: Deadline) throws(ExchangeFailure) -> FileDescriptor {
        guard let outcome = NameLookup.addresses(of: url.host, port: url.port, until: deadline) else {
            throw .notSent("look up \(url.host): timed out")
        }
        var reason = "no address"
        switch outcome {
        case .failed(let failure): reason = "look up \(url.host): \(failure)"
        case .addresses(let addresses):
            for address in addresses {
                do throws(SystemError) {
                    return try connect(address, until: deadline)
                } catch {
                    reason = String(cString: strerror(error.code))
                }
            }
        }
        throw .notSent(reason)
    }

    private func connect(_ address: SocketAddress, until deadline: Deadline) throws(SystemError) -> FileDescriptor {
        let socket = try address.beginConnecting()
        guard Self.isReady(socket.raw, POLLOUT, until: deadline) else {
            throw SystemError(code: ETIMEDOUT, call: "connect")
        }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw SystemError(code: code, call: "connect") }
        return socket
    }

    private func send(_ bytes: [UInt8], until deadline: Deadline) throws(ExchangeFailure) {
        guard let raw = socket?.raw else { throw .notSent("not connected") }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard isReady(POLLOUT, until: deadline) else { throw sent == 0 ? .notSent("timed out") : .timedOut }
            } else if errno != EINTR {
                let reason = String(cString: strerror(errno))
                throw sent == 0 ? .notSent(reason) : .cut(reason)
            }
        }
    }

    private func receive(until deadline: Deadline) throws(ExchangeFailure) -> HTTPReply {
        var hasEnded = false
        while true {
            switch HTTPReplyParser.parse(received, hasEnded: hasEnded) {
            case .reply(let reply, let byteCount):
                received.removeFirst(byteCount)
                return reply
            case .malformed(let what): throw .cut("what answers there does not speak HTTP: \(what)")
            case .incomplete:
                guard !hasEnded else { throw .cut("the connection ended") }
                guard received.count <= HTTPReplyParser.maxBytes else { throw .cut("an answer without an end") }
                hasEnded = try !receiveMore(until: deadline)
            }
        }
    }

    /// False when nothing more will come.
    private func receiveMore(until deadline: Deadline) throws(ExchangeFailure) -> Bool {
        guard let raw = socket?.raw else { throw .cut("the connection ended") }
        while true {
            let count = recv(raw, &chunk, chunk.count, 0)
            let code = errno
            received += chunk[..<max(0, count)]
            if count >= 0 { return count > 0 }
            if code == EAGAIN {
                guard isReady(POLLIN, until: deadline) else { throw .timedOut }
            } else if code != EINTR {
                throw .cut(String(cString: strerror(code)))
            }
        }
    }

    private func isReady(_ events: Int32, until deadline: Deadline) -> Bool {
        guard let raw = socket?.raw else { return true }
        return Self.isReady(raw, events, until: deadline)
    }

    /// Also true for an error, which the next call then has.
    private static func isReady(_ raw: Int32, _ events: Int32, until deadline: Deadline) -> Bool {
        while true {
            var watched = pollfd(fd: raw, events: Int16(events), revents: 0)
            let count = poll(&watched, 1, Int32(clamping: deadline.milliseconds(from: .now())))
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }
}
