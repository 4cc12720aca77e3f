package import Glibc
import Synchronization

/// A process that this one started. It is killed when the object goes.
package final class ChildProcess: Sendable {
    package enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package struct SpawnFailure: Error {
        package let executable: String
        package let code: Int32
    }

    package let pid: pid_t
    package let output: OutputCapture
    package let errors: OutputCapture
    private let end = Mutex<End?>(nil)
    /// Held open so that a child which waits for the end of its input ends with this process.
    private let input: Pipe

    /// `executable` is a path, or a name to look for in PATH. The environment is `environment` alone.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: String = "/"
    ) throws {
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reader.raw, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writer.raw, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writer.raw, STDERR_FILENO)
        var attributes = Self.freshSignals()
        defer { posix_spawnattr_destroy(&attributes) }

        var all = environment
        all["PATH"] = all["PATH"] ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        var pid = pid_t()
        // posix_spawn's own way to change the directory is out of Swift's sight; the shell becomes the program.
        let command = ["sh", "-c", #"cd "$0" && exec "$@""#, directory, executable] + arguments
        let code = withCStrings(command) { arguments in
            withCStrings(all.map { "\($0)=\($1)" }) {
                posix_spawnp(&pid, "sh", &actions, &attributes, arguments, $0)
            }
        }
        guard code == 0 else { throw SpawnFailure(executable: executable, code: code) }
        self.pid = pid
        self.input = input
        // The child has its own copies: these ends close here, so that the end of the output is seen.
        self.output = OutputCapture(output.reader)
        self.errors = OutputCapture(errors.reader)
    }

    deinit {
        if isRunning {
            kill(pid, SIGKILL)
            _ = waitForEnd(within: 10)
        }
    }

    package func send(_ signal: Int32) { if isRunning { kill(pid, signal) } }

    package var isRunning: Bool { poll() == nil }

    /// Stops all of its threads where they stand until ``thaw()``; its files are then what a crash would leave.
    package func freeze() -> Bool {
        send(SIGSTOP)
        return eventually { ProcessTable.threadStates(of: pid).allSatisfy { $0 == "T" } }
    }

    package func thaw() { send(SIGCONT) }

    /// nil when it still runs after `seconds`.
    package func waitForEnd(within seconds: Double) -> End? {
        _ = eventually(within: seconds) { !isRunning }
        return poll()
    }

    private func poll() -> End? {
        end.withLock { end in
            var status: Int32 = 0
            // A pid is asked for only until it has been reaped: it may be somebody else's afterwards.
            guard end == nil, waitpid(pid, &status, WNOHANG) == pid else { return end }
            let signal = status & 0x7f
            end = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
            return end
        }
    }

    /// Whatever this process blocks or ignores, the child starts like one from a shell.
    private static func freshSignals() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGINT, SIGTERM, SIGXFSZ] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }
}

/// Lends `strings` as an argument vector.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
