import Glibc

/// One GET on a connection of its own, for somebody who asks once and can wait: a check whether a service is well.
///
/// The server is asked to close behind its answer, and the answer ends there.
package final class HTTPProbe: EventHandler, SocketConnectorOwner {
    package enum Outcome: Equatable, Sendable {
        case answered(ProbeAnswer)
        /// The reason, as one sentence.
        case failed(String)
    }

    /// What answers to a probe may hold; more is none that we asked for.
    private static let maxAnswerBytes = 64 << 10

    private let request: ByteBuffer
    // A cycle until close(), which the loop must still be there for.
    private let loop: EventLoop
    private var addresses: ArraySlice<SocketAddress>
    private var connector: SocketConnector?
    private var socket: FileDescriptor?
    private var registration: Registration?
    private var answer = ByteBuffer()
    private var outcome: Outcome?

    /// Blocks for `limit` milliseconds at most, and before that for the look-up of `host` where that is a name. `path`
    /// has nothing in it that would have to be escaped.
    package static func get(
        _ path: StaticString, host: String, port: UInt16, withinMilliseconds limit: Int
    ) -> Outcome {
        let addresses: [SocketAddress]
        switch NameLookup.addresses(of: host, port: port) {
        case .failed(let reason): return .failed("look up \(host): \(reason)")
        case .addresses(let found): addresses = found
        }
        do throws(SystemError) {
            let loop = try EventLoop()
            let end = Deadline.now().advanced(byMilliseconds: limit)
            let probe = HTTPProbe(path, addresses[...], loop: loop)
            probe.connectNext(otherwise: "no address")
            while probe.outcome == nil {
                let left = end.milliseconds(from: .now())
                guard left > 0 else { break }
                loop.turn(longestWaitMilliseconds: left)
            }
            probe.close()
            return probe.outcome ?? .failed("no answer within \(limit) ms")
        } catch {
            return .failed("\(error)")
        }
    }

    private init(_ path: StaticString, _ addresses: ArraySlice<SocketAddress>, loop: EventLoop) {
        var request = ByteBuffer()
        request.append("GET ")
        request.append(path)
        request.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.request = request
        self.addresses = addresses
        self.loop = loop
    }

    private func connectNext(otherwise reason: String) {
        var reason = reason
        while let address = addresses.popFirst() {
            do throws(SystemError) {
                connector = try SocketConnector(address, loop: loop, owner: self)
                return
            } catch {
                reason = "\(error)"
            }
        }
        outcome = .failed(reason)
    }

    func connectorFailed(_ error: SystemError) {
        connector = nil
        connectNext(otherwise: "\(error)")
    }

    func connectorFinished(_ socket: consuming FileDescriptor) {
        connector = nil
        let raw = socket.raw
        self.socket = consume socket
        // A new socket takes so little at once, or is of no use.
        guard Syscall.send(raw, request.bytes) == .moved(request.count) else {
            outcome = .failed("the connection broke")
            return
        }
        do throws(SystemError) {
            registration = try loop.register(raw, .read, self)
        } catch {
            outcome = .failed("\(error)")
        }
    }

    package func descriptorReady(_ ready: Readiness) {
        guard outcome == nil, let raw = registration?.descriptor else { return }
        while answer.count <= Self.maxAnswerBytes {
            switch Syscall.read(raw, into: answer.reserve(4096)) {
            case .moved(let count): answer.commit(count)
            case .wouldBlock: return
            case .ended: return outcome = whole()
            case .failed(let code): return outcome = .failed("\(SystemError(code: code, call: "read"))")
            }
        }
        outcome = .failed("the answer has no end")
    }

    private func whole() -> Outcome {
        ProbeAnswer(answer.bytes).map { .answered($0) } ?? .failed("what answers there does not speak HTTP")
    }

    private func close() {
        connector?.cancel()
        if let registration { loop.unregister(registration) }
        registration = nil
        socket = nil
    }
}

// It hangs on its loop, which stays on the thread that made it.
@available(*, unavailable)
extension HTTPProbe: Sendable {}
