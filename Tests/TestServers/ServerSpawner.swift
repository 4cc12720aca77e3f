import Glibc
import Synchronization

/// Starts servers which don't outlive this process, however it ends.
///
/// The kernel sends the "parent has died" signal when the *thread* that started the child ends, and threads of Swift's
/// pool come and go: so one thread that never ends starts them all.
package enum ServerSpawner {
    private struct Request {
        let run: @Sendable () -> Void
    }

    private static let requests = Mutex<[Request]>([])
    private static let thread: ClientThread = {
        let thread = ClientThread {
            while true {
                let request = requests.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let request { request.run() } else { usleep(2_000) }
            }
        }
        thread.detach()
        return thread
    }()

    /// As ``ChildProcess`` does; the child gets SIGKILL when this process has gone.
    package static func start(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: String = "/"
    ) throws -> ChildProcess {
        _ = thread
        let result = Result()
        requests.withLock {
            $0.append(
                Request {
                    result.value.withLock { value in
                        value = Swift.Result {
                            try ChildProcess(
                                "setpriv", ["--pdeathsig", "KILL", executable] + arguments, environment: environment,
                                directory: directory)
                        }
                    }
                })
        }
        _ = eventually(within: 60) { result.value.withLock { $0 != nil } }
        guard let outcome = result.value.withLock({ $0 }) else { preconditionFailure("the spawning thread hangs") }
        return try outcome.get()
    }

    private final class Result: Sendable {
        let value = Mutex<Swift.Result<ChildProcess, any Error>?>(nil)
    }
}
