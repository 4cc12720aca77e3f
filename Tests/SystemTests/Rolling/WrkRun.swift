import Glibc
import TestServers

/// wrk asking for one page over and over until it is told to stop.
struct WrkRun {
    private let process: ChildProcess

    init(url: String) throws {
        process = try ChildProcess("wrk", ["--threads", "1", "--connections", "16", "--duration", "600s", url])
    }

    /// What it prints at its end; nil when it doesn't end.
    func stop() -> String? {
        process.send(SIGINT)
        guard process.waitForEnd(within: 20) != nil else { return nil }
        return process.output.wholeText()
    }
}
