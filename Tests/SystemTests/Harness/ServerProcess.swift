import Glibc
import TestServers

/// A running `spillway serve` or `spillway api`.
final class ServerProcess: Sendable {
    /// The process ended, or didn't become ready, while it was started.
    struct StartFailure: Error, CustomStringConvertible {
        let end: ChildProcess.End?
        let log: String

        var description: String { "the server did not start (\(end.map { "\($0)" } ?? "still running")): \(log)" }
    }

    /// How far a start has to come before the test goes on.
    enum Milestone: Sendable {
        case listening
        /// /ready has said yes.
        case ready
    }

    let process: ChildProcess
    let port: UInt16
    /// Not to be removed under a running server.
    private let directory: TemporaryDirectory

    /// The release binary when SPILLWAY_BINARY names it, otherwise the debug build beside this test bundle.
    static let binary: String = {
        if let path = getenv("SPILLWAY_BINARY") { return String(cString: path) }
        guard let bundle = FileContent.link(at: "/proc/self/exe") else {
            preconditionFailure("no /proc/self/exe: errno \(errno)")
        }
        return bundle[..<(bundle.lastIndex(of: "/") ?? bundle.startIndex)] + "/spillway"
    }()

    /// What tests start with: orders.db and queue.db in `directory`, any free port, four loops, no simulated lag, no
    /// access log, no notice before the end, and no timeout that a machine which stands still for a minute could run
    /// into.
    static func environment(in directory: TemporaryDirectory, _ settings: [String: String] = [:]) -> [String: String] {
        [
            "HOST": "127.0.0.1", "PORT": "0", "API_WORKERS": "4", "DB_WRITE_LAG_MS": "0", "SHUTDOWN_NOTICE_MS": "0",
            "IDLE_TIMEOUT_MS": "600000", "ACCESS_LOG_FILE": "",
            "DATABASE_URL": "sqlite:///\(directory.file("orders.db"))",
            "QUEUE_FILE": directory.file("queue.db"),
        ].merging(settings) { $1 }
    }

    /// Starts `spillway serve --embedded`, or what else `command` says, and waits for `milestone`. `wrapper` is a
    /// command that ends by running what follows it.
    init(
        in directory: TemporaryDirectory, _ settings: [String: String] = [:],
        command: [String] = ["serve", "--embedded"], flags: [String] = [], wrapper: [String] = [],
        until milestone: Milestone = .ready
    ) throws {
        self.directory = directory
        let whole = wrapper + [Self.binary] + command + flags
        process = try ChildProcess(
            whole[0], Array(whole.dropFirst()), environment: Self.environment(in: directory, settings),
            directory: directory.path)
        port = try Self.waitForPort(of: process)
        if milestone == .ready { try waitUntilReady() }
    }

    private func waitUntilReady() throws {
        let client = HTTPClient(port: port)
        let isReady = eventually(within: 30) {
            guard process.isRunning else { return true }
            return (try? client.get("/ready"))?.json["status"]?.text == "ready"
        }
        guard isReady, process.isRunning else {
            throw StartFailure(end: process.waitForEnd(within: 0), log: process.errors.text)
        }
    }

    private static func waitForPort(of process: ChildProcess) throws -> UInt16 {
        var port: UInt16?
        _ = eventually {
            port = process.errors.lines.first { $0.contains(" listening ") }.flatMap { Self.port(inLine: $0) }
            return port != nil || !process.isRunning
        }
        guard let port else {
            let end = process.waitForEnd(within: 0)
            throw StartFailure(end: end, log: process.errors.wholeText(within: 1) ?? process.errors.text)
        }
        return port
    }

    private static func port(inLine line: String) -> UInt16? {
        line.split(separator: " ").first { $0.hasPrefix("port=") }.flatMap { UInt16($0.dropFirst("port=".count)) }
    }

    var log: String { process.errors.text }

    /// The server runs as long as somebody holds it or one of its clients.
    func client() -> HTTPClient { HTTPClient(port: port, server: self) }

    /// Ends the process where it stands, as a power cut would end its memory, and waits until it has gone.
    func crash() {
        process.send(SIGKILL)
        _ = process.waitForEnd(within: 10)
    }

    /// Asks the process to stop; nil when it still runs after `seconds`.
    func stop(within seconds: Double = 20) -> ChildProcess.End? {
        process.send(SIGTERM)
        return process.waitForEnd(within: seconds)
    }
}
