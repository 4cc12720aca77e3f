import Glibc
import TestServers

/// The scripts as they are installed somewhere: copies of them in a directory of their own. Whatever they have started
/// ends with the object.
final class ServiceScripts: Sendable {
    let directory: TemporaryDirectory
    private let environment: [String: String]

    /// - Parameter environment: what the scripts, and with them the service, are started with.
    init(_ environment: [String: String], in directory: TemporaryDirectory = TemporaryDirectory()) {
        self.directory = directory
        self.environment = ["SPILLWAY_BINARY": ServerProcess.binary, "SHUTDOWN_NOTICE_MS": "0"].merging(environment) {
            $1
        }
        for name in ["services.sh", "start_services.sh", "stop_services.sh"] {
            guard let bytes = FileContent.bytes(of: "\(PythonTool.root)/\(name)") else {
                preconditionFailure("no \(name) in \(PythonTool.root)")
            }
            FileContent.write(bytes, to: directory.file(name))
            precondition(chmod(directory.file(name), 0o755) == 0)
        }
    }

    deinit { for name in ["server", "worker_1"] { if let pid = pid(name), isOurs(pid) { kill(pid, SIGKILL) } } }

    struct Run {
        let end: ChildProcess.End?
        let output: String
        let errors: String
    }

    func start(_ flags: String..., settings: [String: String] = [:]) throws -> Run {
        try run(directory.file("start_services.sh"), flags, settings)
    }

    func stop(_ flags: String..., settings: [String: String] = [:]) throws -> Run {
        try run(directory.file("stop_services.sh"), flags, settings)
    }

    /// In another directory than the one of the scripts.
    func run(_ path: String, _ flags: [String], _ settings: [String: String]) throws -> Run {
        let process = try ChildProcess(path, flags, environment: environment.merging(settings) { $1 }, directory: "/")
        let end = process.waitForEnd(within: 60)
        process.send(SIGKILL)
        return Run(end: end, output: process.output.wholeText() ?? "", errors: process.errors.wholeText() ?? "")
    }

    /// What stands in a pid file.
    func pid(_ name: String) -> pid_t? {
        FileContent.text(of: directory.file("\(name).pid")).flatMap { pid_t($0.prefix { $0.isNumber }) }
    }

    func writePid(_ pid: pid_t, of name: String) { directory.write("\(pid)\n", to: "\(name).pid") }

    func log(_ name: String) -> String { FileContent.text(of: directory.file("\(name).log")) ?? "" }

    func has(_ name: String) -> Bool { access(directory.file(name), F_OK) == 0 }

    /// `serve`, `api` or `worker`; nil when the process has gone.
    func command(of pid: pid_t) -> String? {
        let words = (FileContent.bytes(of: "/proc/\(pid)/cmdline") ?? []).split(separator: 0)
        return words.count > 1 ? String(decoding: words[1], as: UTF8.self) : nil
    }

    private func isOurs(_ pid: pid_t) -> Bool {
        (FileContent.text(of: "/proc/\(pid)/cmdline") ?? "").hasPrefix(ServerProcess.binary)
    }
}
