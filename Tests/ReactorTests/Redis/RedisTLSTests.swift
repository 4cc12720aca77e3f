import Glibc
import TestServers
import Testing

@testable import Reactor

@Suite("RedisClient over TLS")
struct RedisTLSTests {
    private let authority: CertificateAuthority

    init() throws { authority = try CertificateAuthority() }

    @Test("a server with a good certificate is reached by address and by name", arguments: ["127.0.0.1", "localhost"])
    func good(host: String) throws {
        let server = try RedisServer(password: "a secret", certificate: try authority.localCertificate())
        let endpoint = RedisEndpoint(
            host: host, port: server.tlsPort, password: "a secret", database: 2, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint)
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("SET", "key", "value") == .status("OK"))
        #expect(harness.ask("GET", "key") == .string("value"))
        #expect(harness.observer.states == [.connected])
        harness.end()
    }

    @Test("10 MB go through both ways, and 20,000 commands in one turn: nothing is lost where buffers are full")
    func large() throws {
        let server = try RedisServer(certificate: try authority.localCertificate())
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.tlsPort, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint)
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        let value = String(repeating: "0123456789abcdef", count: 640 << 10)
        for _ in 0..<2 {
            #expect(harness.ask("SET", "large", value) == .status("OK"))
            #expect(harness.ask("GET", "large") == .string(value))
        }
        let before = harness.recorder.replies.count
        for _ in 0..<20_000 { #expect(harness.send(["INCR", "counter"])) }
        #expect(harness.turn { harness.recorder.replies.count == before + 20_000 })
        #expect(harness.recorder.replies.dropFirst(before).elementsEqual((1...20_000).map { .integer($0) }))
        harness.end()
    }

    @Test("a certificate for another host is refused, and the reason says so", arguments: ["127.0.0.1", "localhost"])
    func wrongHost(host: String) throws {
        let server = try RedisServer(certificate: try authority.otherHostCertificate())
        let harness = try RedisHarness(RedisEndpoint(host: host, port: server.tlsPort, tls: .file(authority.file)))
        harness.client.start()
        #expect(harness.turn { harness.observer.lastReason != nil })
        let what = host == "localhost" ? "hostname mismatch" : "IP address mismatch"
        #expect(
            harness.observer.states == [
                .down(
                    reason: "TLS with \(host):\(server.tlsPort): the server's certificate is refused: \(what)")
            ])
        harness.end()
    }

    @Test("a certificate of an authority that we don't know is refused, our own or the system's")
    func unknownAuthority() throws {
        let server = try RedisServer(certificate: try authority.localCertificate())
        let other = try CertificateAuthority()
        for anchors in [TrustAnchors.file(other.file), .system] {
            let harness = try RedisHarness(RedisEndpoint(host: "127.0.0.1", port: server.tlsPort, tls: anchors))
            harness.client.start()
            #expect(harness.turn { harness.observer.lastReason != nil })
            let refusal = "TLS with 127.0.0.1:\(server.tlsPort): the server's certificate is refused: "
            #expect(harness.observer.lastReason?.hasPrefix(refusal) == true)
            harness.end()
        }
    }

    @Test("a CA file that isn't there, or holds no certificate, is refused before anything is tried")
    func badAuthorityFile() throws {
        let directory = TemporaryDirectory()
        directory.write("no certificate", to: "empty.pem")
        for name in ["missing.pem", "empty.pem"] {
            let endpoint = RedisEndpoint(host: "127.0.0.1", tls: .file(directory.file(name)))
            let loop = try EventLoop()
            let error = #expect(throws: RedisSetupError.self) { try RedisClient(loop: loop, endpoint: endpoint) }
            #expect(error?.description.hasPrefix("the CA file \(directory.file(name)) can't be read: ") == true)
        }
    }

    @Test("a server that takes the connection and never shakes hands is given up within the time limit")
    func silent() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: listener.port, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint) { $0.tlsConnectMilliseconds = 100 }
        harness.client.start()
        #expect(harness.turn { harness.observer.lastReason != nil })
        #expect(harness.observer.lastReason == "TLS with 127.0.0.1:\(listener.port): no answer within 100 ms")
        harness.end()
    }

    @Test("a server without TLS, which waits for the end of a command, is given up within the time limit")
    func plainServer() throws {
        let server = try RedisServer()
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint) { $0.tlsConnectMilliseconds = 100 }
        harness.client.start()
        #expect(harness.turn { harness.observer.lastReason != nil })
        #expect(harness.observer.lastReason == "TLS with 127.0.0.1:\(server.port): no answer within 100 ms")
        harness.end()
    }

    @Test("a server that is killed or stands still is noticed, and found again")
    func faults() throws {
        let server = try RedisServer(certificate: try authority.localCertificate())
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.tlsPort, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint) { $0.commandMilliseconds = 500 }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(server.freeze())
        #expect(harness.send(["PING"], tag: 1))
        #expect(harness.turn { harness.recorder.replies == [.unknown] })
        server.thaw()
        #expect(harness.turn { harness.client.isConnected })
        harness.send(["PING"], tag: 2)
        server.kill()
        #expect(harness.turn { !harness.client.isConnected })
        try server.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("PING") == .status("PONG"))
        harness.end()
    }

    @Test("a server that ends the connection in order is told apart from a failure, and found again")
    func endedByServer() throws {
        let server = try RedisServer(certificate: try authority.localCertificate())
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.tlsPort, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint)
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(try server.ask("CLIENT", "KILL", "TYPE", "normal") == "1")
        #expect(harness.turn { harness.observer.states.count == 3 })
        #expect(
            harness.observer.states == [
                .connected, .down(reason: "127.0.0.1:\(server.tlsPort): the server closed the connection"), .connected,
            ])
        harness.end()
    }

    @Test("300 TLS connections one after the other leave no connection behind")
    func descriptors() throws {
        let server = try RedisServer(certificate: try authority.localCertificate())
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.tlsPort, tls: .file(authority.file))
        let harness = try RedisHarness(endpoint) {
            $0.firstRetryMilliseconds = 1
            $0.longestRetryMilliseconds = 1
        }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        let before = OpenDescriptors.all().count
        weak let firstContext = harness.client.context
        weak let firstTunnel = harness.client.tunnel
        for round in 0..<300 {
            harness.client.giveUp("round \(round)")
            #expect(harness.turn { harness.client.isConnected && harness.observer.states.count == 3 + 2 * round })
        }
        #expect(try eventually { try server.ask("INFO", "clients").contains("connected_clients:2") })
        #expect(firstContext == nil && firstTunnel == nil)
        // Three a connection; tests beside this one have some of their own.
        #expect(OpenDescriptors.all().count < before + 300)
        harness.end()
    }
}
