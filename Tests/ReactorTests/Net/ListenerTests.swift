import Glibc
import Testing

@testable import Reactor

@Suite("Listener")
struct ListenerTests {
    @Test("port 0 becomes a real one, and a second listener shares it")
    func sharesPort() throws {
        let first = try Listener(host: "127.0.0.1", port: 0)
        #expect(first.port != 0)
        let second = try Listener(host: "127.0.0.1", port: first.port)
        #expect(second.port == first.port && second.descriptor != first.descriptor)
        // Between them they get every connection; the kernel chooses which.
        let clients = try (0..<20).map { _ in try TestClient(port: first.port) }
        var peer = sockaddr_storage()
        var accepted = 0
        while accepted < clients.count {
            let results = [first.accept(peer: &peer), second.accept(peer: &peer)]
            for case .accepted(let raw) in results {
                accepted += 1
                close(raw)
            }
            guard results.contains(where: { if case .accepted = $0 { true } else { false } }) else { break }
        }
        #expect(accepted == clients.count)
        guard case .wouldBlock = first.accept(peer: &peer) else {
            Issue.record("an accept without a connection must not block or fail")
            return
        }
    }

    @Test("accepted sockets don't block, are closed on exec, don't delay small answers, and name their peer")
    func acceptedSocket() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        let client = try TestClient(port: listener.port)
        var peer = sockaddr_storage()
        guard case .accepted(let raw) = listener.accept(peer: &peer) else {
            Issue.record("no connection")
            return
        }
        let socket = FileDescriptor(owning: raw)
        #expect(fcntl(socket.raw, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(socket.raw, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(listener.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        var noDelay: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.raw, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, &size)
        #expect(noDelay != 0)
        #expect(peer.ss_family == sa_family_t(AF_INET))
        let port = withUnsafeBytes(of: peer) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
        #expect(port == client.localPort)
    }

    @Test("an address that isn't there, and a port that somebody keeps for himself, are errors that name the call")
    func refused() throws {
        let nowhere = #expect(throws: SystemError.self) { try _ = Listener(host: "192.0.2.1", port: 0) }
        #expect(nowhere?.code == EADDRNOTAVAIL && nowhere?.call == "bind(192.0.2.1:0)")
        let noName = #expect(throws: SystemError.self) { try _ = Listener(host: "not a host name", port: 0) }
        #expect(noName?.call == "getaddrinfo(not a host name)")

        // A listener without SO_REUSEPORT.
        let selfish = FileDescriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = TestClient.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(selfish.raw, $0, size)
                _ = listen(selfish.raw, 1)
                _ = getsockname(selfish.raw, $0, &size)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let taken = #expect(throws: SystemError.self) { try _ = Listener(host: "127.0.0.1", port: port) }
        #expect(taken?.code == EADDRINUSE)
    }

    @Test("a closed listener's port is free again, at once")
    func closes() throws {
        let port = try Listener(host: "127.0.0.1", port: 0).port
        #expect(throws: TestClient.Failure.self) { try TestClient(port: port) }
        #expect(try Listener(host: "127.0.0.1", port: port).port == port)
    }
}
