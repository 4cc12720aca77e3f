import Glibc
import Synchronization

/// A MariaDB server of its own, with its data in a temporary directory and a free port on 127.0.0.1.
///
/// Made in a second or two. Tests that neither stop nor freeze it share one (``shared``) and take a database each
/// (``makeDatabase()``).
package final class MariaServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let user = "spillway"
    package static let password = "p@ss:w/rd%"
    /// The same, as it stands in a URL.
    package static let passwordInURL = "p%40ss%3Aw%2Frd%25"

    package let port = FreePort.next()
    private let directory = TemporaryDirectory()
    private let options: [String]
    private let process = Mutex<ChildProcess?>(nil)
    private let databases = Atomic<Int>(0)

    /// Started by the first who asks, and ended with this process.
    package static func shared() throws -> MariaServer { try sharedServer.get() }

    private static let sharedServer = Result { try MariaServer() }

    /// Installed and started. `options` are further ones of the server.
    package init(certificate: CertificateAuthority.Certificate? = nil, options: [String] = []) throws {
        var all = options
        if let certificate {
            all += ["--ssl-cert=\(certificate.certificateFile)", "--ssl-key=\(certificate.keyFile)"]
        }
        self.options = all
        try Self.template.get().copy(to: directory)
        try start()
        try sql(
            """
            CREATE USER '\(Self.user)'@'%' IDENTIFIED BY '\(Self.password)';
            GRANT ALL ON *.* TO '\(Self.user)'@'%';
            """)
    }

    /// With its data as it was left.
    package func start() throws {
        let child = try ServerSpawner.start("mariadbd", arguments)
        process.withLock { $0 = child }
        let hasStarted = eventually(within: 60) { !child.isRunning || (try? sql("SELECT 1")) != nil }
        guard hasStarted, child.isRunning else { throw Failure(description: "mariadbd: \(child.errors.text)") }
    }

    package func stop() {
        process.withLock { process in
            process?.send(SIGTERM)
            _ = process?.waitForEnd(within: 60)
            process = nil
        }
    }

    /// As a crash would end it.
    package func kill() {
        process.withLock { process in
            process?.send(SIGKILL)
            _ = process?.waitForEnd(within: 60)
            process = nil
        }
    }

    package func freeze() -> Bool { process.withLock { $0?.freeze() ?? false } }

    package func thaw() { process.withLock { $0?.thaw() } }

    /// An empty database of its own; its name.
    package func makeDatabase(characterSet: String = "utf8mb4") throws -> String {
        let name = "test_\(databases.add(1, ordering: .relaxed).newValue)"
        try sql("CREATE DATABASE \(name) CHARACTER SET \(characterSet)")
        return name
    }

    package func url(_ database: String, query: String = "") -> String {
        "mysql+pymysql://\(Self.user):\(Self.passwordInURL)@127.0.0.1:\(port)/\(database)\(query)"
    }

    /// What the command line client prints for `statements`, run as the administrator: a line for each row, tabs
    /// between columns.
    @discardableResult
    package func sql(_ statements: String, database: String? = nil) throws -> String {
        let arguments =
            ["--no-defaults", "--socket=\(socket)", "--user=root", "--skip-ssl", "--batch", "--skip-column-names"]
            + ["--default-character-set=utf8mb4", "--execute=\(statements)"] + (database.map { [$0] } ?? [])
        let client = try ChildProcess("mariadb", arguments)
        let end = client.waitForEnd(within: 60)
        let (output, errors) = (client.output.wholeText() ?? "", client.errors.wholeText() ?? "")
        guard end == .exited(0) else { throw Failure(description: "mariadb: \(errors)") }
        return output
    }

    private var socket: String { directory.file("socket") }

    private var arguments: [String] {
        Template.arguments(directory) + [
            "--socket=\(socket)", "--port=\(port)", "--bind-address=127.0.0.1", "--pid-file=\(directory.file("pid"))",
            "--innodb-buffer-pool-size=128M", "--innodb-flush-log-at-trx-commit=1", "--skip-name-resolve",
            "--skip-log-bin", "--performance-schema=OFF",
        ] + options
    }

    private static let template = Result { try Template() }

    /// The files of a new server: a copy takes a tenth of the time of an installation.
    private final class Template: Sendable {
        private let directory = TemporaryDirectory()

        init() throws {
            _ = directory.makeDirectory("tmp")
            let installer = try ChildProcess(
                "mariadb-install-db",
                Self.arguments(directory) + ["--auth-root-authentication-method=normal", "--skip-test-db"])
            guard installer.waitForEnd(within: 120) == .exited(0) else {
                throw Failure(description: "mariadb-install-db: \(installer.output.text) \(installer.errors.text)")
            }
        }

        func copy(to copy: TemporaryDirectory) throws {
            let command = try ChildProcess("cp", ["-a", directory.file("data"), directory.file("tmp"), copy.path])
            guard command.waitForEnd(within: 60) == .exited(0) else { throw Failure(description: command.errors.text) }
        }

        /// Small logs. Root has to be named, since the server refuses to guess. A directory of its own for temporary
        /// files, because it removes those of others there when it starts.
        static func arguments(_ directory: TemporaryDirectory) -> [String] {
            [
                "--no-defaults", "--datadir=\(directory.file("data"))", "--tmpdir=\(directory.file("tmp"))",
                "--innodb-log-file-size=16M",
            ] + (getuid() == 0 ? ["--user=root"] : [])
        }
    }
}
