import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("The log") struct LogTests {
        let directory = TemporaryDirectory()

        @Test("With LOG_FORMAT=json every line is an object with its time, level and message")
        func json() throws {
            let process = try ChildProcess(
                ServerProcess.binary, ["serve", "--embedded", "--log-format", "json"],
                environment: ServerProcess.environment(in: directory), directory: directory.path)
            #expect(eventually { process.errors.text.contains(#""message":"listening""#) })
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 10) == .exited(0))
            let lines = try #require(process.errors.wholeText()).split(separator: "\n")
            let events = lines.compactMap { JSON(Array($0.utf8)) }
            #expect(events.count == lines.count && events.count >= 4)
            for event in events {
                #expect(
                    event["time"]?.text?.count == 24 && event["level"]?.text != nil && event["message"]?.text != nil)
            }
            let starting = try #require(events.first)
            #expect(starting["message"] == .string("starting") && starting["mode"] == .string("embedded"))
            #expect(events.last?["message"] == .string("stopped"))
        }

        @Test("The embedded service says at its start that its database answers")
        func dependencies() throws {
            let server = try ServerProcess(in: directory)
            #expect(server.log.contains("notice database answers at=\(directory.file("orders.db"))"), "\(server.log)")
            #expect(server.stop() == .exited(0))
        }

        @Test("SIGUSR1 makes the log more verbose while the service runs, SIGUSR2 less, and neither ends it")
        func signals() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "quiet")).status == 202)
            #expect(try eventually { try client.total() == 1 })
            #expect(!server.log.contains("batch applied"))
            server.process.send(SIGUSR1)
            #expect(eventually { server.log.contains("info the log level changes level=debug") })
            #expect(try client.create(TestOrder(customer: "loud")).status == 202)
            #expect(eventually { server.log.contains("debug batch applied created=1") }, "\(server.log)")
            for level in ["info", "notice", "warning"] {
                server.process.send(SIGUSR2)
                #expect(eventually { server.log.contains("the log level changes level=\(level)") })
            }
            #expect(server.stop() == .exited(0))
            #expect(!server.log.contains("stopped"))
        }

        @Test(
            "No password is shown anywhere, whatever is wrong with the servers",
            arguments: ["text", "json"], [false, true])
        func secrets(format: String, isThere: Bool) throws {
            let deployment = try Deployment(.clusterMariaDB)
            let space = try #require(deployment.space)
            let password = "admin-\(Dependency.secret)"
            var settings = ["LOG_FORMAT": format, "LOG_LEVEL": "trace", "ADMIN_PASSWORD": password]
            settings["ACCESS_LOG_FILE"] = "access.log"
            for dependency in Dependency.allCases {
                let wrong =
                    isThere
                    ? dependency.settingsWithWrongPassword(space) : dependency.settings(port: FreePort.next())
                settings.merge(wrong) { $1 }
            }
            // In JSON its port stands elsewhere than the harness looks for it.
            let port = FreePort.next()
            settings["PORT"] = "\(port)"
            let process = try ChildProcess(
                ServerProcess.binary, ["serve"],
                environment: ServerProcess.environment(in: deployment.directory, deployment.environment(settings)),
                directory: deployment.directory.path)
            let client = HTTPClient(port: port)
            #expect(eventually { (try? client.get("/health").status) == 200 })
            #expect(try client.get("/orders").status == 503)
            let complaints = ["cache", "queue", "delivery", "reads"].map { "\($0) is failing" }
            _ = eventually { complaints.allSatisfy { process.errors.text.contains($0) } }
            for complaint in complaints { #expect(process.errors.text.contains(complaint), "\(process.errors.text)") }
            let readiness = try client.get("/ready").text
            let reset = try client.request("POST", "/admin/reset", headers: ["X-Admin-Password: \(password)"])
            let doctor = try deployment.run(["doctor"], settings)
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 30) == .exited(0))

            let log = try #require(process.errors.wholeText())
            #expect(log.contains("does not answer"))
            let access = try #require(FileContent.text(of: deployment.directory.file("access.log")))
            #expect(access.contains("/admin/reset"))
            for text in [log, process.output.text, readiness, reset.text, doctor.output, doctor.errors, access] {
                #expect(!text.contains(Dependency.secret), "\(text)")
            }
            if format == "json" {
                #expect(log.split(separator: "\n").allSatisfy { JSON(Array($0.utf8)) != nil }, "\(log)")
            }
        }
    }
}
