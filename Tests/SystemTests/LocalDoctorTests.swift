import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("spillway doctor --local") struct LocalDoctorTests {
        let directory = TemporaryDirectory()

        private static let hasIPv6 = access("/proc/net/if_inet6", F_OK) == 0

        private func ask(_ flags: String..., settings: [String: String]) throws -> SpillwayCommand {
            try SpillwayCommand(
                ["doctor", "--local"] + flags, ServerProcess.environment(in: directory, settings), in: directory)
        }

        @Test(
            "It finds the service by its own settings, wherever that listens",
            arguments: [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
                + (hasIPv6 ? [("::", "[::1]"), ("::1", "[::1]")] : []))
        func found(host: String, place: String) throws {
            let server = try ServerProcess(in: directory, ["HOST": host], until: .listening)
            let settings = ["HOST": host, "PORT": "\(server.port)"]
            let alive = try ask(settings: settings)
            #expect(alive.end == .exited(0), "\(alive)")
            #expect(alive.output == "spillway \(place):\(server.port): /health 200 {\"status\":\"ok\"}\n")
            #expect(try eventually { try ask("--ready", settings: settings).end == .exited(0) })
            let ready = try ask("--ready", settings: settings)
            #expect(
                ready.lines.count == 1 && ready.lines[0].hasPrefix("spillway \(place):\(server.port): /ready 200 "),
                "\(ready)")
            #expect(server.stop() == .exited(0))
        }

        @Test("A service that can't reach its queue is alive and not ready, and the line says why")
        func notReady() throws {
            // Nobody listens there.
            let broker = [
                "RABBITMQ_HOST": "127.0.0.1", "RABBITMQ_PORT": "\(FreePort.next())", "CACHE_DISABLED": "true",
            ]
            let server = try ServerProcess(in: directory, broker, command: ["api"], until: .listening)
            let settings = broker.merging(["PORT": "\(server.port)"]) { $1 }
            #expect(try ask(settings: settings).end == .exited(0))
            let ready = try ask("--ready", settings: settings)
            #expect(ready.end == .exited(1), "\(ready)")
            #expect(
                ready.lines.count == 1 && ready.output.contains(": /ready 503 ") && ready.output.contains("queue"),
                "\(ready)")
            #expect(server.stop() == .exited(0))
        }

        @Test("Where nobody listens it ends with 1 and says so")
        func nobody() throws {
            let port = FreePort.next()
            let doctor = try ask(settings: ["PORT": "\(port)"])
            #expect(doctor.end == .exited(1), "\(doctor)")
            #expect(doctor.output == "spillway 127.0.0.1:\(port): connect: Connection refused\n")
        }

        @Test("A service that takes connections and answers none is given up after two seconds")
        func silent() throws {
            let taken = TakenPort()
            let doctor = try ask(settings: ["PORT": "\(taken.port)"])
            #expect(doctor.end == .exited(1), "\(doctor)")
            #expect(doctor.output == "spillway 127.0.0.1:\(taken.port): no answer within 2000 ms\n")
        }

        @Test("What makes no sense is refused with one line")
        func senseless() throws {
            let anyPort = try ask(settings: ["PORT": "0"])
            #expect(anyPort.end == .exited(1) && anyPort.errors.contains("PORT=0: expected the port"), "\(anyPort)")
            let half = try SpillwayCommand(
                ["doctor", "--ready"], ServerProcess.environment(in: directory), in: directory)
            #expect(half.end == .exited(64) && half.errors.contains("--ready goes with --local"), "\(half)")
        }
    }
}
