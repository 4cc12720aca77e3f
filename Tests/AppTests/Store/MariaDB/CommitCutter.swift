import Glibc
import Synchronization
import TestServers

/// Stands between a client and a server on 127.0.0.1, and cuts the connection at a COMMIT when it is told to.
final class CommitCutter: Sendable {
    enum Moment: Sendable {
        /// The server never hears of it.
        case beforeCommit
        /// The server has committed, and its answer is lost.
        case afterCommit
    }

    private struct State {
        var armed: Moment?
        var cuts = 0
    }

    let port: UInt16
    private let target: UInt16
    private let listener: Descriptor
    private let state = Mutex(State())

    init(target: UInt16) throws {
        self.target = target
        let server = try SilentServer()
        port = server.port
        listener = server.listener
        let thread = ClientThread { [self] in
            while case let client = accept(listener.raw, nil, nil), client >= 0 { relay(Descriptor(client)) }
        }
        thread.detach()
    }

    deinit { shutdown(listener.raw, Int32(SHUT_RDWR)) }

    func arm(_ moment: Moment) { state.withLock { $0.armed = moment } }

    var cuts: Int { state.withLock { $0.cuts } }

    private func relay(_ client: Descriptor) {
        let server = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = SilentServer.address(port: target)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return }
        ClientThread { [self] in pass(client, to: server) }.detach()
        ClientThread { [self] in pass(server, to: client) }.detach()
    }

    private func pass(_ source: Descriptor, to sink: Descriptor) {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(source.raw, &chunk, chunk.count), count > 0 {
            let isCommit = String(decoding: chunk[..<count], as: UTF8.self).hasSuffix("COMMIT")
            let moment = isCommit ? disarm() : nil
            if moment == .beforeCommit { break }
            guard send(sink.raw, chunk, count, Int32(MSG_NOSIGNAL)) == count else { break }
            guard moment == .afterCommit else { continue }
            // The answer is there, and nobody will read it.
            var pending = pollfd(fd: sink.raw, events: Int16(POLLIN), revents: 0)
            poll(&pending, 1, 10_000)
            break
        }
        shutdown(source.raw, Int32(SHUT_RDWR))
        shutdown(sink.raw, Int32(SHUT_RDWR))
    }

    private func disarm() -> Moment? {
        state.withLock { state in
            guard let moment = state.armed else { return nil }
            state.armed = nil
            state.cuts += 1
            return moment
        }
    }
}
