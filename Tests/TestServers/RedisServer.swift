import Glibc
import Synchronization

/// A Redis of one test, on ports of its own, without persistence: after a restart it is empty.
package final class RedisServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let port: UInt16
    /// Only with a certificate.
    package let tlsPort: UInt16
    private let password: String?
    private let arguments: [String]
    private let directory = TemporaryDirectory()
    private let process = Mutex<ChildProcess?>(nil)

    /// Runs when this returns. `options` are words for redis-server's command line, such as `["--maxclients", "10"]`.
    package init(
        password: String? = nil, certificate: CertificateAuthority.Certificate? = nil, options: [String] = []
    ) throws {
        port = FreePort.next()
        tlsPort = FreePort.next()
        self.password = password
        var arguments = [
            "--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory.path,
            "--enable-debug-command", "yes",
        ]
        if let password { arguments += ["--requirepass", password] }
        if let certificate {
            arguments += [
                "--tls-port", String(tlsPort), "--tls-cert-file", certificate.certificateFile, "--tls-key-file",
                certificate.keyFile, "--tls-ca-cert-file", certificate.certificateFile, "--tls-auth-clients", "no",
            ]
        }
        self.arguments = arguments + options
        try start()
    }

    /// After ``stop()`` or ``kill()``: empty, on the same port.
    package func start() throws {
        let process = try ServerSpawner.start("redis-server", arguments, directory: directory.path)
        let isUp = eventually { process.output.text.contains("Ready to accept connections") || !process.isRunning }
        guard isUp, process.isRunning else { throw Failure(description: "redis-server: \(process.output.text)") }
        self.process.withLock { $0 = process }
    }

    /// Ends in order.
    package func stop() { end(by: SIGTERM) }

    /// Ends as by a crash.
    package func kill() { end(by: SIGKILL) }

    /// Stands still: its sockets take connections and bytes, and nothing answers.
    package func freeze() -> Bool { process.withLock { $0 }?.freeze() ?? false }

    package func thaw() { process.withLock { $0 }?.thaw() }

    private func end(by signal: Int32) {
        let process = process.withLock { $0.take() }
        process?.send(signal)
        precondition(process?.waitForEnd(within: 20) != nil, "redis-server doesn't end")
    }

    /// What redis-cli prints for one command.
    package func ask(_ words: String...) throws -> String { try ask(words) }

    package func ask(_ words: [String]) throws -> String {
        var arguments = ["-h", "127.0.0.1", "-p", String(port)]
        if let password { arguments += ["--no-auth-warning", "-a", password] }
        let process = try ChildProcess("redis-cli", arguments + words)
        guard let text = process.output.wholeText() else { throw Failure(description: "redis-cli doesn't end") }
        return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
