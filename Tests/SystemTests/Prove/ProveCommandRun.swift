import Glibc
import TestServers
import Testing

/// `spillway prove` of the binary under test.
struct ProveCommandRun {
    private let process: ChildProcess

    init(_ arguments: [String], in directory: TemporaryDirectory) throws {
        process = try ChildProcess(ServerProcess.binary, ["prove"] + arguments, directory: directory.path)
    }

    /// Waits for its end.
    func finish(within seconds: Double = 90) -> ProveResult {
        let end = process.waitForEnd(within: seconds)
        process.send(SIGKILL)
        return ProveResult(end: end, line: process.output.wholeText() ?? "", details: process.errors.wholeText() ?? "")
    }
}

/// What it said.
struct ProveResult: CustomStringConvertible {
    let end: ChildProcess.End?
    /// All of its output.
    let line: String
    let details: String

    /// A figure of the line; nil when it isn't there.
    subscript(name: String) -> Int? {
        line.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("\(name)=") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    /// The kinds of broken promises that it counted.
    var broken: Set<String> { Set(["lost", "doubled", "wrong", "stale"].filter { self[$0] != 0 }) }

    var description: String { "\(end.map { "\($0)" } ?? "still running"): \(line)\(details)" }
}
