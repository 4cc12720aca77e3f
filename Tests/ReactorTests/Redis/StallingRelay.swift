import Glibc
import Synchronization
import TestServers

@testable import Reactor

/// Carries the bytes of one connection to a server on this machine, and holds back what the client sends when told to:
/// a network that delivers late.
final class StallingRelay: Sendable {
    let port: UInt16
    private let isStalled = Atomic(false)
    private let hasEnded = Atomic(false)
    private let turns = Atomic(0)

    init(to serverPort: UInt16) throws {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        port = listener.port
        let box = Mutex<Listener?>(consume listener)
        // The thread ends with the connection.
        ClientThread { [self] in
            let listener = box.withLock { $0.take() }
            guard let listener else { return }
            relay(client: Self.accept(listener), server: Self.connect(to: serverPort))
        }.detach()
    }

    /// From the return of this on nothing of the client is passed on.
    func stall() {
        isStalled.store(true, ordering: .sequentiallyConsistent)
        let turn = turns.load(ordering: .sequentiallyConsistent)
        // The turn that was under way may have looked at the flag before.
        precondition(eventually { turns.load(ordering: .sequentiallyConsistent) > turn + 1 })
    }

    func release() { isStalled.store(false, ordering: .sequentiallyConsistent) }

    /// Everything that the client had sent was passed on, and the server's side has ended.
    var isOver: Bool { hasEnded.load(ordering: .sequentiallyConsistent) }

    private static func accept(_ listener: borrowing Listener) -> Int32 {
        var waiting = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&waiting, 1, 20_000)
        return Glibc.accept(listener.descriptor, nil, nil)
    }

    private static func connect(to port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let outcome = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(outcome == 0, "connect: errno \(errno)")
        return raw
    }

    private func relay(client: Int32, server: Int32) {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var clientHasEnded = false
        while true {
            turns.add(1, ordering: .sequentiallyConsistent)
            let readsClient = !clientHasEnded && !isStalled.load(ordering: .sequentiallyConsistent)
            var ends = [
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
                // A negative descriptor is passed over.
                pollfd(fd: readsClient ? client : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&ends, 2, 2)
            if ends[0].revents != 0 {
                let count = read(server, &bytes, bytes.count)
                if count <= 0 { break }
                send(client, bytes, count, Int32(MSG_NOSIGNAL))
            }
            if ends[1].revents != 0 {
                let count = read(client, &bytes, bytes.count)
                if count > 0 {
                    send(server, bytes, count, Int32(MSG_NOSIGNAL))
                } else {
                    clientHasEnded = true
                    shutdown(server, Int32(SHUT_WR))
                }
            }
        }
        close(client)
        close(server)
        hasEnded.store(true, ordering: .sequentiallyConsistent)
    }
}
