import Glibc
import TestServers

/// A command of the binary that ends by itself.
struct SpillwayCommand {
    let end: ChildProcess.End?
    let output: String
    let errors: String

    /// Runs it to its end, or for 30 seconds.
    init(_ arguments: [String], _ environment: [String: String], in directory: TemporaryDirectory) throws {
        let process = try ChildProcess(
            ServerProcess.binary, arguments, environment: environment, directory: directory.path)
        end = process.waitForEnd(within: 30)
        process.send(SIGKILL)
        output = process.output.wholeText() ?? ""
        errors = process.errors.wholeText() ?? ""
    }

    var lines: [String] { output.split(separator: "\n").map(String.init) }
}
