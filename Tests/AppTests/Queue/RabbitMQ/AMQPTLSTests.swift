import TestServers
import Testing

@testable import Queue
@testable import Reactor

/// With a broker that has a certificate for its address, and for no name.
@Suite struct AMQPTLSTests {
    private struct Secured {
        let authority: CertificateAuthority
        let server: RabbitServer
    }

    private static let shared = Result {
        let authority = try CertificateAuthority()
        let certificate = try authority.certificate("address", names: "IP:127.0.0.1")
        let server = try RabbitServer(
            certificates: RabbitServer.Certificates(
                authority: authority.file, certificate: certificate.certificateFile, key: certificate.keyFile))
        return Secured(authority: authority, server: server)
    }

    private let watchdog = Watchdog()
    private let authority: CertificateAuthority
    private let server: RabbitServer

    init() throws {
        authority = try Self.shared.get().authority
        server = try Self.shared.get().server
    }

    private func endpoint(host: String = "127.0.0.1", port: Int? = nil, caFile: String?) throws -> BrokerEndpoint {
        var endpoint = server.endpoint
        endpoint.host = host
        endpoint.port = try port ?? #require(server.tlsPort)
        endpoint.tls = TrustAnchors(file: caFile)
        return endpoint
    }

    private func failure(_ endpoint: BrokerEndpoint) -> AMQPError? {
        do throws(AMQPError) {
            _ = try AMQPConnection.open(endpoint, name: "test", watchdog: watchdog)
            return nil
        } catch {
            return error
        }
    }

    @Test("A broker whose certificate is good is published to, large messages too")
    func good() throws {
        let endpoint = try endpoint(caFile: authority.file)
        #expect("\(endpoint)" == "amqps://guest@127.0.0.1:\(endpoint.port)/")
        let topology = QueueTopology(name: "tls", partitions: 1, kind: .quorum)
        let harness = try PublisherHarness(endpoint, topology)
        #expect(harness.waitUntilOpen())
        let jobs = [10, 200_000, 700_000].map { (String(repeating: "x", count: $0) + "\n", 0) }
        #expect(harness.outcome(jobs) == [.accepted, .accepted, .accepted])
        harness.stop()
        let client = try AMQPConnection.open(endpoint, name: "test", watchdog: watchdog)
        try client.openChannel(1)
        #expect(try client.drain(topology.name).map(\.body.utf8.count) == [200_012, 700_000])
        client.close()
    }

    @Test("A certificate of an authority that isn't trusted is refused")
    func unknownAuthority() throws {
        let port = try #require(server.tlsPort)
        let stranger = try CertificateAuthority()
        defer { withExtendedLifetime(stranger) {} }
        for caFile in [nil, stranger.file] {
            guard case .tlsRefused(let address, let reason)? = failure(try endpoint(caFile: caFile)) else {
                Issue.record("not refused")
                continue
            }
            #expect(address == "127.0.0.1:\(port)")
            #expect(reason.contains("certificate"))
        }
    }

    @Test("A certificate for another host is refused")
    func otherHost() throws {
        let endpoint = try endpoint(host: "localhost", caFile: authority.file)
        #expect(
            failure(endpoint) == .tlsRefused(address: "localhost:\(endpoint.port)", reason: "hostname mismatch"))
    }

    @Test("A CA file that isn't there, and a port where nobody talks TLS, are told apart")
    func misconfigured() throws {
        let missing = try endpoint(caFile: "/no/such/file")
        #expect(
            failure(missing)
                == .tlsRefused(address: missing.address, reason: "the CA file /no/such/file can't be read"))
        let plain = try endpoint(port: server.port, caFile: authority.file)
        #expect(failure(plain) == .tlsRefused(address: plain.address, reason: "the handshake failed"))
        var unsecured = try endpoint(caFile: nil)
        unsecured.tls = .none
        // Lost or timed out, as the broker likes.
        #expect(failure(unsecured) != nil)
    }
}
