import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

@Suite struct MariaDBTLSTests {
    /// Two servers with certificates of one authority, and one without TLS.
    private struct Servers {
        let authority: CertificateAuthority
        /// Made here, since the authority makes one at a time.
        let local: CertificateAuthority.Certificate
        let stranger: CertificateAuthority
        let good: MariaServer
        let other: MariaServer
        let plain: MariaServer

        init() throws {
            authority = try CertificateAuthority()
            stranger = try CertificateAuthority()
            local = try authority.localCertificate()
            good = try MariaServer(certificate: local)
            other = try MariaServer(certificate: authority.otherHostCertificate())
            plain = try MariaServer(options: ["--skip-ssl"])
        }
    }

    private static let shared = Result { try Servers() }
    private let servers: Servers

    init() throws { servers = try Self.shared.get() }

    @Test("A certificate of the given authority, for the name or the address asked for, is trusted")
    func trusted() throws {
        for host in ["127.0.0.1", "localhost"] {
            let endpoint = endpoint(servers.good, host: host, authority: servers.authority.file)
            let connection = try MariaDBConnection.open(endpoint, .reader)
            #expect(connection.cipher?.hasPrefix("TLS_") == true)
            #expect(try connection.integer("SELECT 1") == 1)
            let answer = try MariaDBDatabase(endpoint).check()
            #expect(answer.hasPrefix("MariaDB 1") && answer.contains(", TLS_"), "\(answer)")
        }
    }

    @Test(
        "A certificate for another host is refused, and the reason says which host was asked for",
        arguments: ["127.0.0.1", "localhost"])
    func wrongHost(host: String) throws {
        let error = refusal(endpoint(servers.other, host: host, authority: servers.authority.file))
        #expect(error?.kind == .untrusted)
        #expect(
            error?.message
                == "connect to \(host):\(servers.other.port): the server's certificate is not for \"\(host)\"")
    }

    @Test("A certificate of another authority is refused, whether one was given or the system's are asked")
    func unknownAuthority() throws {
        for file in [servers.stranger.file, nil] {
            let error = refusal(endpoint(servers.good, host: "127.0.0.1", authority: file))
            #expect(error?.kind == .untrusted)
            #expect(error?.message.contains("the server's certificate is not of a known authority") == true)
        }
    }

    @Test("A file of authorities that is not there is named")
    func missingFile() throws {
        let error = refusal(endpoint(servers.good, host: "127.0.0.1", authority: "/nowhere/ca.pem"))
        #expect(error?.kind == .untrusted && error?.message.contains("/nowhere/ca.pem") == true)
    }

    @Test("Each refusal has its own reason, whatever went wrong on the thread before")
    func reasonsInTurn() throws {
        for _ in 0..<3 {
            let stranger = refusal(endpoint(servers.good, host: "127.0.0.1", authority: servers.stranger.file))
            #expect(stranger?.message.contains("not of a known authority") == true)
            let missing = refusal(endpoint(servers.good, host: "127.0.0.1", authority: "/nowhere/ca.pem"))
            #expect(missing?.message.contains("(with the authorities of /nowhere/ca.pem)") == true)
        }
    }

    @Test("A server without TLS is refused when TLS is asked for, before it gets the password")
    func withoutTLS() throws {
        let error = refusal(endpoint(servers.plain, host: "127.0.0.1", authority: servers.authority.file))
        #expect(error?.kind == .untrusted)
        #expect(error?.message == "connect to 127.0.0.1:\(servers.plain.port): the server offers no TLS")
    }

    @Test("TLS 1.1 and older are refused")
    func oldVersion() throws {
        let server = try MariaServer(
            certificate: servers.local,
            options: ["--tls-version=TLSv1.1", "--ssl-cipher=ALL:@SECLEVEL=0"])
        let error = refusal(endpoint(server, host: "127.0.0.1", authority: servers.authority.file))
        #expect(error?.kind == .untrusted)
    }

    @Test("Behind TLS too a frozen server is given up in time, and one that was started again is found")
    func faults() throws {
        let server = try MariaServer(certificate: servers.local)
        var endpoint = try server.makeEndpoint()
        endpoint.encryption = .file(servers.authority.file)
        let reader = MariaDBOrderReader(MariaDBDatabase(endpoint))
        var buffer = ByteBuffer()
        #expect(try reader.order(testID(1), into: &buffer) == .missing(since: .none))
        #expect(server.freeze())
        let start = Timeout.now()
        #expect(throws: StoreError.self) { try reader.order(testID(1), into: &buffer) }
        #expect(Timeout.now() - start < 3.9)
        server.thaw()
        #expect(try reader.order(testID(1), into: &buffer) == .missing(since: .none))
        server.kill()
        #expect(throws: StoreError.self) { try reader.order(testID(1), into: &buffer) }
        try server.start()
        #expect(try reader.order(testID(1), into: &buffer) == .missing(since: .none))
    }

    private func endpoint(_ server: MariaServer, host: String, authority: String?) -> MariaDBEndpoint {
        MariaDBEndpoint(
            host: host, port: server.port, user: MariaServer.user, password: MariaServer.password,
            database: "information_schema", encryption: TrustAnchors(file: authority))
    }

    private func refusal(_ endpoint: MariaDBEndpoint) -> MariaDBError? {
        #expect(throws: MariaDBError.self) { _ = try MariaDBConnection.open(endpoint, .reader) }
    }
}
