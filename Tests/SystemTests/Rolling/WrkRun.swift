import Glibc
import TestServers
import Testing

/// wrk asking for one page over and over until it is told to stop. Whatever it prints of errors is one too many.
struct WrkRun {
    private let process: ChildProcess

    /// - Parameter keepsAlive: false: a connection for each request.
    init(url: String, keepsAlive: Bool = true) throws {
        let header = keepsAlive ? [] : ["--header", "Connection: close"]
        process = try ChildProcess(
            "wrk", ["--threads", "1", "--connections", "16", "--duration", "600s"] + header + [url])
    }

    /// What it has to say at its end.
    func stop() throws -> String {
        process.send(SIGINT)
        #expect(process.waitForEnd(within: 20) == .exited(0))
        return try #require(process.output.wholeText())
    }

    /// Whether a report is one of a run without any failure.
    static func isClean(_ report: String) -> Bool {
        report.contains(" requests in ") && !report.contains("Non-2xx") && !report.contains("Socket errors")
    }
}
