import Glibc
import TestServers

/// A run of one of the tools in Tests/requirements.txt.
struct PythonTool {
    let end: ChildProcess.End?
    /// Both streams, for a reader.
    let text: String

    /// The checkout, where the files that the tools read are.
    static let root: String = {
        let path = "\(#filePath)"
        return path.firstRange(of: "/Tests/SystemTests/").map { String(path[..<$0.lowerBound]) } ?? "."
    }()

    /// Where `make test` has installed the tools.
    private static let directory =
        getenv("PYTHON_TOOLS").map { String(cString: $0) } ?? "\(root)/.build/python"

    /// Runs the command of that name to its end, or for `seconds`.
    init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], in directory: TemporaryDirectory,
        within seconds: Double
    ) throws {
        let all = ["HOME": directory.path, "PYTHONDONTWRITEBYTECODE": "1"].merging(environment) { $1 }
        let process = try ChildProcess(
            "\(Self.directory)/bin/\(name)", arguments, environment: all, directory: directory.path)
        end = process.waitForEnd(within: seconds)
        process.send(SIGKILL)
        text = (process.output.wholeText() ?? "") + (process.errors.wholeText() ?? "")
    }
}
