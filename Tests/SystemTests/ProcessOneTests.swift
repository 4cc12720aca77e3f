import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("As process 1 of a container") struct ProcessOneTests {
        /// The service in a process namespace of its own, in which it is the first.
        private struct Contained {
            let server: ServerProcess
            /// As it is called outside.
            let pid: Int32

            /// What starts and enters the namespace of somebody who is not root.
            private static let asUser = getuid() == 0 ? [] : ["--user"]

            init(in directory: TemporaryDirectory) throws {
                let mapping = getuid() == 0 ? [] : ["--map-root-user"]
                server = try ServerProcess(
                    in: directory, wrapper: ["unshare"] + Self.asUser + mapping + ["--pid", "--fork", "--kill-child"])
                pid = try #require(ProcessTable.children(of: server.process.pid).first)
            }

            /// Starts `script` beside it, as `docker exec` does.
            func execute(_ script: String) throws -> ChildProcess {
                let credentials = getuid() == 0 ? [] : ["--preserve-credentials"]
                return try ChildProcess(
                    "nsenter", ["--target", "\(pid)"] + Self.asUser + credentials + ["--pid", "sh", "-c", script])
            }
        }

        let directory = TemporaryDirectory()

        /// The kernel spares process 1 every signal that it does not handle.
        @Test("SIGTERM ends it with 0", arguments: [false, true])
        func terminated(fromWithin: Bool) throws {
            let contained = try Contained(in: directory)
            if fromWithin {
                #expect(try contained.execute("kill -TERM 1").waitForEnd(within: 10) == .exited(0))
            } else {
                kill(contained.pid, SIGTERM)
            }
            #expect(contained.server.process.waitForEnd(within: 20) == .exited(0))
            #expect(contained.server.log.contains("stopped"))
        }

        @Test("Processes that others left behind become its own, and vanish when they end")
        func orphans() throws {
            let contained = try Contained(in: directory)
            #expect(ProcessTable.children(of: contained.pid) == [])
            #expect(try contained.execute("sleep 1000 & exit").waitForEnd(within: 10) == .exited(0))
            var orphans: [Int32] = []
            _ = eventually {
                orphans = ProcessTable.children(of: contained.pid)
                return !orphans.isEmpty
            }
            try #require(orphans.count == 1)
            kill(orphans[0], SIGKILL)
            #expect(eventually { ProcessTable.children(of: contained.pid).isEmpty })
            #expect(contained.server.process.isRunning)
        }
    }
}
