import TestServers

/// haproxy in front of some instances, as an operator would have it: it asks /ready, and sends nobody where that says
/// no.
final class Balancer: Sendable {
    struct Failure: Error {
        let log: String
    }

    let port = FreePort.next()
    private let process: ChildProcess
    private let directory = TemporaryDirectory()

    /// - Parameter ports: of the instances, which may not be there yet.
    init(to ports: [UInt16]) throws {
        let servers = ports.enumerated().map { "    server instance\($0) 127.0.0.1:\($1)" }.joined(separator: "\n")
        directory.write(
            """
            global
                nbthread 1
            defaults
                mode http
                timeout connect 2s
                timeout client 30s
                timeout server 30s
                # A connection that nobody accepts is tried elsewhere; a request that was sent is not sent again.
                retries 3
                option redispatch 1
                option httpchk GET /ready
                http-check expect status 200
                default-server check inter 200ms fall 1 rise 1
            frontend shop
                bind 127.0.0.1:\(port)
                default_backend instances
            backend instances
                balance roundrobin
            \(servers)

            """, to: "haproxy.cfg")
        process = try ChildProcess("haproxy", ["-db", "-f", directory.file("haproxy.cfg")])
        let client = HTTPClient(port: port)
        let isUp = eventually { !process.isRunning || (try? client.get("/health").status) == 200 }
        guard isUp, process.isRunning else { throw Failure(log: process.errors.text) }
    }

    var log: String { process.errors.text }
}
