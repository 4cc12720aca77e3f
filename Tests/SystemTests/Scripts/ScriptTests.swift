import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("start_services.sh and stop_services.sh, embedded") struct ScriptTests {
        private let port = FreePort.next()
        private let scripts: ServiceScripts

        init() { scripts = ServiceScripts(["HOST": "127.0.0.1", "PORT": "\(port)", "DB_WRITE_LAG_MS": "0"]) }

        private var client: HTTPClient { HTTPClient(port: port) }

        @Test(
            "Start waits until it is ready, a second one changes nothing, stop drains, and a second one finds nothing")
        func wholeLife() throws {
            let start = try scripts.start("--embedded")
            #expect(
                start.end == .exited(0) && start.output.contains("server is ready on 127.0.0.1:\(port)"), "\(start)")
            #expect(try client.get("/ready").status == 200)
            let id = try #require(try client.create(TestOrder(customer: "Ada")).json["order_id"]?.text)
            let pid = try #require(scripts.pid("server"))
            #expect(scripts.command(of: pid) == "serve")

            let again = try scripts.start("--embedded")
            #expect(again.end == .exited(0) && again.output.contains("server runs already (pid \(pid))"), "\(again)")
            #expect(scripts.pid("server") == pid)

            let stop = try scripts.stop()
            #expect(stop.end == .exited(0) && stop.output.contains("server has stopped"), "\(stop)")
            #expect(scripts.command(of: pid) == nil && !scripts.has("server.pid"))
            #expect(scripts.log("server").contains(" stopped"))
            #expect(scripts.log("server-access").contains("POST /orders"))
            let none = try scripts.stop()
            #expect(none.end == .exited(0) && none.output.contains("server does not run"), "\(none)")

            // All of it is in the directory of the scripts, and the next start goes on with that.
            #expect(try scripts.start("--embedded").end == .exited(0))
            #expect(try client.show(id).status == 200)
            #expect(try scripts.stop().end == .exited(0))
        }

        @Test("A link leads to the directory of the scripts; flags and .env reach the service and the script")
        func settings() throws {
            let link = scripts.directory.makeDirectory("elsewhere") + "/start"
            try #require(symlink(scripts.directory.file("start_services.sh"), link) == 0)
            let other = FreePort.next()
            scripts.directory.write("export PORT = '\(port)' # not this\nDATABASE_URL=sqlite:///shop.db\n", to: ".env")
            let flags = ["--embedded", "--host=127.0.0.1", "--port", "\(other)"]
            let start = try scripts.run(link, flags, ["PORT": ""])
            #expect(start.end == .exited(0), "\(start)")
            #expect(try HTTPClient(port: other).get("/ready").status == 200)
            #expect(scripts.has("shop.db") && scripts.has("shop-queue.db"))
            #expect(try scripts.stop().end == .exited(0))

            let byFile = try scripts.run(link, ["--embedded"], ["PORT": ""])
            #expect(byFile.end == .exited(0) && byFile.output.contains("127.0.0.1:\(port)"), "\(byFile)")
            #expect(try scripts.stop().end == .exited(0))
        }

        @Test("A pid file that is stale is none: its number may be nobody's, or somebody else's, who is left alone")
        func stalePid() throws {
            let sleeper = try ChildProcess("sleep", ["600"])
            let neighbour = try ServerProcess(in: TemporaryDirectory())
            let ended = try ChildProcess("true", [])
            #expect(ended.waitForEnd(within: 10) == .exited(0))
            for pid in [ended.pid, sleeper.pid, neighbour.process.pid] {
                scripts.writePid(pid, of: "server")
                let stop = try scripts.stop()
                #expect(stop.end == .exited(0) && stop.output.contains("server does not run"), "\(stop)")
                scripts.writePid(pid, of: "server")
                let start = try scripts.start("--embedded")
                #expect(start.end == .exited(0) && start.output.contains("server is ready"), "\(start)")
                #expect(scripts.pid("server") != pid)
                #expect(try scripts.stop().end == .exited(0))
            }
            scripts.directory.write("nonsense\n", to: "server.pid")
            #expect(try scripts.stop().end == .exited(0) && !scripts.has("server.pid"))
            #expect(sleeper.isRunning && neighbour.process.isRunning)
            #expect(neighbour.stop() == .exited(0))
        }

        @Test("A start that dies shows what this start said, and leaves no pid file")
        func deadStart() throws {
            scripts.directory.write("of before\n", to: "server.log")
            let start = try scripts.start("--embedded", settings: ["DB_WRITE_BATCH": "none"])
            #expect(start.end == .exited(1), "\(start)")
            #expect(start.errors.contains("server has ended") && start.errors.contains("DB_WRITE_BATCH=none: expected"))
            #expect(!start.errors.contains("of before") && !scripts.has("server.pid"), "\(start)")
            let withoutBinary = try scripts.start("--embedded", settings: ["SPILLWAY_BINARY": "/none/spillway"])
            #expect(withoutBinary.end == .exited(1) && withoutBinary.errors.contains("/none/spillway"))
        }

        @Test("A port that somebody else answers on stops the start; so does one that nobody could know")
        func portInUse() throws {
            let other = try ServerProcess(in: TemporaryDirectory())
            let start = try scripts.start("--embedded", settings: ["PORT": "\(other.port)"])
            #expect(start.end == .exited(1) && start.errors.contains("somebody else answers"), "\(start)")
            #expect(!scripts.has("server.pid") && other.stop() == .exited(0))
            #expect(try scripts.start("--embedded", "--port", "0").end == .exited(1))
        }

        @Test("What doesn't stop in time is named and left alone, unless it is to be forced")
        func stuck() throws {
            #expect(try scripts.start("--embedded", "--shutdown-grace-seconds", "0").end == .exited(0))
            let pid = try #require(scripts.pid("server"))
            try #require(kill(pid, SIGSTOP) == 0)
            let stop = try scripts.stop(settings: ["STOP_MARGIN_SECONDS": "1"])
            #expect(stop.end == .exited(1) && stop.errors.contains("still runs after 1 seconds"), "\(stop)")
            #expect(scripts.command(of: pid) != nil && scripts.pid("server") == pid)
            let forced = try scripts.stop("--force", settings: ["STOP_MARGIN_SECONDS": "1"])
            #expect(forced.end == .exited(0), "\(forced)")
            #expect(scripts.command(of: pid) == nil && !scripts.has("server.pid"))
        }

        @Test("Two starts at once start one")
        func twice() throws {
            let runs = try (0..<2).map { _ in
                try ChildProcess(
                    scripts.directory.file("start_services.sh"), ["--embedded"],
                    environment: [
                        "SPILLWAY_BINARY": ServerProcess.binary, "HOST": "127.0.0.1", "PORT": "\(port)",
                    ])
            }
            let ends = runs.map { $0.waitForEnd(within: 60) }
            // The other one came while the first was at it, or when it had done.
            #expect(ends.contains(.exited(0)), "\(runs.map(\.errors.text))")
            #expect(scripts.log("server").split(separator: "\n").count { $0.contains(" starting ") } == 1)
            #expect(try scripts.stop().end == .exited(0))
        }
    }
}
