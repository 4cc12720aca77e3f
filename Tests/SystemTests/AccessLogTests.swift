import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("The access log") struct AccessLogTests {
        let directory = TemporaryDirectory()

        private func lines(_ name: String = "server-access.log") -> [Substring] {
            (FileContent.text(of: directory.file(name)) ?? "").split(separator: "\n")
        }

        private func server(_ settings: [String: String]) throws -> ServerProcess {
            try ServerProcess(in: directory, settings.merging(["LOG_LEVEL": "info"]) { $1 })
        }

        @Test("By default it is in the working directory, in gunicorn's format, whole when the server has stopped")
        func standard() throws {
            // The harness turns it off; a flag of a start without that setting is what everybody has.
            var environment = ServerProcess.environment(in: directory)
            environment["ACCESS_LOG_FILE"] = nil
            let process = try ChildProcess(
                ServerProcess.binary, ["serve", "--embedded"], environment: environment, directory: directory.path)
            try #require(eventually { process.errors.text.contains(" listening ") })
            let port = try #require(
                process.errors.text.split(separator: "port=").last.flatMap { UInt16($0.prefix { $0.isNumber }) })
            let client = HTTPClient(port: port)
            for _ in 0..<10 { #expect(try client.get("/health").status == 200) }
            try client.send("GET /none HTTP/1.1\r\nHost: x\r\nReferer: there\r\nUser-Agent: a\"b\r\n\r\n")
            #expect(try client.receive().status == 404)
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 20) == .exited(0))
            #expect(lines().count == 11)
            let last = try #require(lines().last)
            let pattern =
                /127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/none HTTP\/1\.1" 404 \d+ "there" "a\\x22b"/
            #expect(last.wholeMatch(of: pattern) != nil, "\(last)")
        }

        @Test("SIGHUP begins a new file and ends nobody; the old one keeps what it has")
        func rotation() throws {
            let server = try server(["ACCESS_LOG_FILE": "a.log", "ACCESS_LOG_FORMAT": "%(U)s %(s)s"])
            let client = server.client()
            #expect(try client.get("/health").status == 200)
            try #require(eventually { lines("a.log").last == "/health 200" })
            try #require(rename(directory.file("a.log"), directory.file("a.log.1")) == 0)
            server.process.send(SIGHUP)
            #expect(eventually { access(directory.file("a.log"), F_OK) == 0 })
            #expect(try client.get("/later").status == 404)
            #expect(server.stop() == .exited(0))
            #expect(lines("a.log") == ["/later 404"] && lines("a.log.1").last == "/health 200")
        }

        @Test("SIGHUP never ends a server, not even one without the log, or with nowhere to put it")
        func hangUp() throws {
            let folder = directory.makeDirectory("logs")
            for file in ["", "\(folder)/a.log"] {
                let server = try server(["ACCESS_LOG_FILE": file])
                if !file.isEmpty { try #require(rename(folder, directory.file("moved")) == 0) }
                for _ in 0..<3 { server.process.send(SIGHUP) }
                #expect(eventually { server.log.contains("reopening the access log") })
                if !file.isEmpty { #expect(eventually { server.log.contains("the access log is failing") }) }
                #expect(try server.client().get("/health").status == 200)
                #expect(server.stop() == .exited(0))
            }
        }

        @Test("It is off when the setting is empty, and on the standard output with -")
        func places() throws {
            let quiet = try server(["ACCESS_LOG_FILE": ""])
            #expect(try quiet.client().get("/health").status == 200)
            #expect(quiet.stop() == .exited(0))
            #expect(access(directory.file("server-access.log"), F_OK) != 0)

            let loud = try server(["ACCESS_LOG_FILE": "-", "ACCESS_LOG_FORMAT": "%(m)s %(U)s"])
            #expect(try loud.client().get("/health").status == 200)
            #expect(loud.stop() == .exited(0))
            #expect(try #require(loud.process.output.wholeText()).hasSuffix("GET /health\n"))
            #expect(access(directory.file("server-access.log"), F_OK) != 0)
        }

        @Test("A disk that is full costs lines, one complaint, and no answer")
        func fullDisk() throws {
            let server = try server(["ACCESS_LOG_FILE": "/dev/full"])
            let client = server.client()
            for _ in 0..<200 { #expect(try client.get("/health").status == 200) }
            #expect(eventually { server.log.contains("No space left on device") })
            for _ in 0..<200 { #expect(try client.get("/health").status == 200) }
            #expect(server.stop() == .exited(0))
        }

        @Test("Every answer has its line: orders, refusals, requests that are none, over many connections at once")
        func complete() throws {
            let server = try server(["ACCESS_LOG_FILE": "a.log", "ACCESS_LOG_FORMAT": "%({x-number}i)s %(s)s %(b)s"])
            let threads = ThreadGroup(4) { number in
                let client = server.client()
                for request in 0..<100 {
                    let body = request % 3 == 0 ? "{}" : #"{"customer_name":"A","items":[{"name":"W","quantity":1}]}"#
                    try client.send(
                        "POST /orders HTTP/1.1\r\nHost: x\r\nX-Number: \(number).\(request)\r\n"
                            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    #expect(try client.receive().status == (request % 3 == 0 ? 400 : 202))
                }
                try client.send("nonsense\r\n\r\n")
                #expect(try client.receive().status == 400)
            }
            try threads.join()
            #expect(server.stop() == .exited(0))
            let lines = lines("a.log")
            for number in 0..<4 {
                for request in 0..<100 {
                    let start = "\(number).\(request) \(request % 3 == 0 ? 400 : 202) "
                    #expect(
                        lines.count { $0.hasPrefix(start) && $0.dropFirst(start.count).allSatisfy(\.isNumber) } == 1)
                }
            }
            #expect(lines.count { $0.hasPrefix("- 400 ") } == 4)
        }
    }
}
