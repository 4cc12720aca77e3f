import Glibc
import Synchronization

/// A RabbitMQ of its own, on private ports, with its data in a temporary directory. It is killed when the object goes,
/// and with this process. The user is `guest`, the password `guest`.
package final class RabbitServer: Sendable {
    package struct StartFailure: Error {
        package let log: String
    }

    /// PEM files.
    package struct Certificates: Sendable {
        package var authority: String
        package var certificate: String
        package var key: String

        package init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    /// Started at its first use and shared by all tests that neither stop nor block it; each has queues of its own.
    package static let shared = Result { try RabbitServer() }

    package let port: Int
    /// nil without certificates.
    package let tlsPort: Int?
    private let directory = TemporaryDirectory()
    private let environment: [String: String]
    /// The table of node names that Erlang wants: a private one, since that of the machine would outlive us.
    private let portMapper: ChildProcess
    private let node = Mutex<ChildProcess?>(nil)

    /// Returns when clients can log in. `configuration` is appended to rabbitmq.conf.
    package init(certificates: Certificates? = nil, configuration: String = "") throws {
        port = Int(FreePort.next())
        tlsPort = certificates == nil ? nil : Int(FreePort.next())
        let (mapperPort, distributionPort) = (FreePort.next(), FreePort.next())
        environment = Self.environment(
            directory, mapperPort: mapperPort, distributionPort: distributionPort, port: port)
        portMapper = try ServerSpawner.start(
            "epmd", ["-address", "127.0.0.1", "-port", String(mapperPort)], environment: environment)
        directory.write("[].\n", to: "plugins")
        directory.write("", to: "environment.conf")
        let lines = Self.configuration(port: port, tlsPort: tlsPort, certificates)
        directory.write(lines + configuration + "\n", to: "rabbitmq.conf")
        try start()
    }

    deinit { kill() }

    private static func environment(
        _ directory: TemporaryDirectory, mapperPort: UInt16, distributionPort: UInt16, port: Int
    ) -> [String: String] {
        [
            "HOME": directory.path,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": String(mapperPort),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "spillway-\(port)@localhost",
            "RABBITMQ_NODE_PORT": String(port),
            "RABBITMQ_DIST_PORT": String(distributionPort),
            "RABBITMQ_MNESIA_BASE": directory.file("data"),
            "RABBITMQ_LOG_BASE": directory.file("log"),
            "RABBITMQ_PID_FILE": directory.file("pid"),
            "RABBITMQ_CONFIG_FILE": directory.file("rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": directory.file("environment.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": directory.file("plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
            // Makes the script become the Erlang machine instead of watching over it.
            "RABBITMQ_ALLOW_INPUT": "true",
        ]
    }

    private static func configuration(port: Int, tlsPort: Int?, _ certificates: Certificates?) -> String {
        var lines = """
            listeners.tcp.1 = 127.0.0.1:\(port)
            disk_free_limit.absolute = 10MB
            raft.wal_max_size_bytes = 67108864

            """
        if let tlsPort, let certificates {
            lines += """
                listeners.ssl.1 = 127.0.0.1:\(tlsPort)
                ssl_options.cacertfile = \(certificates.authority)
                ssl_options.certfile = \(certificates.certificate)
                ssl_options.keyfile = \(certificates.key)
                ssl_options.verify = verify_none

                """
        }
        return lines
    }

    // MARK: Its life

    /// On the same data and ports; returns when clients can log in.
    package func start() throws {
        let server = try ServerSpawner.start(
            "/usr/lib/rabbitmq/bin/rabbitmq-server", ["-noinput"], environment: environment, directory: directory.path)
        node.withLock { $0 = server }
        let isReady = eventually(within: 60) { !server.isRunning || acceptsLogins }
        guard isReady, server.isRunning else { throw StartFailure(log: server.output.text + server.errors.text) }
    }

    /// In an orderly way, as by SIGTERM; false when it still runs after 60 seconds.
    package func stop() -> Bool {
        let server = node.withLock { $0 }
        server?.send(SIGTERM)
        return server?.waitForEnd(within: 60) != nil
    }

    /// As a crash would.
    package func kill() {
        let server = node.withLock { $0 }
        server?.send(SIGKILL)
        _ = server?.waitForEnd(within: 10)
    }

    /// Stops all of its threads where they stand until ``thaw()``: connections stay, and nothing answers.
    package func freeze() -> Bool { node.withLock { $0 }?.freeze() ?? false }

    package func thaw() { node.withLock { $0 }?.thaw() }

    /// Whether a quorum queue survives a kill from now on. The broker notes a new one in a file that it saves every
    /// half second; one that isn't in there has no leader any more after a crash.
    package func hasSaved(quorumQueue name: String) -> Bool {
        let node = environment["RABBITMQ_NODENAME"] ?? ""
        let path = directory.file("data/\(node)/quorum/\(node)/names.dets")
        return FileContent.bytes(of: path)?.contains(Array("_\(name)".utf8)) ?? false
    }

    /// `rabbitmqctl`, which takes a second or two; its output, or nil when it failed.
    package func control(_ arguments: String...) throws -> String? {
        let control = try ChildProcess(
            "/usr/lib/rabbitmq/bin/rabbitmqctl", arguments, environment: environment, directory: directory.path)
        guard control.waitForEnd(within: 60) == .exited(0) else { return nil }
        return control.output.wholeText()
    }

    /// The broker greets an unknown protocol with its own header as soon as it takes connections at all. It listens for
    /// TLS last.
    private var acceptsLogins: Bool {
        if let tlsPort, Self.connected(to: tlsPort) == nil { return false }
        guard let socket = Self.connected(to: port) else { return false }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket.raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var answer = [UInt8](repeating: 0, count: 8)
        return send(socket.raw, "NOTAMQP!", 8, Int32(MSG_NOSIGNAL)) == 8 && recv(socket.raw, &answer, 8, 0) == 8
    }

    /// nil when nobody listens there.
    private static func connected(to port: Int) -> Descriptor? {
        let socket = Descriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket.raw, $0, size) == 0 }
        }
        return isConnected ? socket : nil
    }
}
