import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("Settings and the command line") struct ConfigurationTests {
        let directory = TemporaryDirectory()

        /// Every setting of `serve --embedded` with a value that it can't take.
        static let badValues: [(variable: String, value: String, expected: String)] = [
            ("PORT", "http", "a whole number from 0 to 65535"),
            ("PORT", "65536", "a whole number from 0 to 65535"),
            ("API_WORKERS", "0", "a whole number from 1"),
            ("API_THREADS", "many", "a whole number from 1"),
            ("WORKER_COUNT", "-4", "a whole number from 1"),
            ("LOG_LEVEL", "loud", "one of trace, debug, info"),
            ("METRICS", "some", "true or false"), ("DASHBOARD", "dark", "true or false"),
            ("LOG_FORMAT", "xml", "one of text, json"),
            ("ACCESS_LOG_FILE", "/none/access.log", "a file that can be written"),
            ("ACCESS_LOG_FORMAT", "%(h)s %(x)s", "text with %(x)s where x is one of"),
            ("CORS_ORIGINS", "https://shop.example/", "*, or origins like https://shop.example:8443"),
            ("CORS_ORIGINS", "https://shop.example,*", "*, or origins like https://shop.example:8443"),
            ("SHUTDOWN_GRACE_SECONDS", "25s", "a whole number of seconds"),
            ("SHUTDOWN_NOTICE_MS", "2s", "a whole number of milliseconds"),
            ("REUSE_PORT", "8080", "true or false"),
            ("DATABASE_URL", "postgres://db/orders", "sqlite:///"),
            ("DATABASE_URL", "sqlite://", "sqlite:///"),
            ("DB_WRITE_LAG_MS", "0.3", "a whole number of milliseconds"),
            ("DB_WRITE_BATCH", "0", "a whole number of jobs"),
            ("RABBITMQ_JOBS_PER_MESSAGE", "0", "a whole number from 1"),
            ("MAX_IN_FLIGHT_ORDERS", "1e3", "a whole number from 1"),
            ("MAX_PENDING_BYTES", "1G", "a whole number of bytes"),
            ("MAX_PENDING_READS", "0x10", "a whole number from 1"),
            ("CACHE_DISABLED", "maybe", "true or false"),
            ("ORDERS_CACHE_TTL", "-1", "a whole number of seconds"),
            ("TEMP_ORDER_CACHE_TTL", "1m", "a whole number of seconds"),
            ("CACHE_MAX_BYTES", "all", "a whole number of bytes"),
            ("MAX_CONNECTIONS", "0", "a whole number from 1"),
            ("MAX_REQUEST_LINE_BYTES", "1", "a whole number of bytes"),
            ("MAX_HEAD_BYTES", "1", "a whole number of bytes"),
            ("MAX_BODY_BYTES", "1MiB", "a whole number of bytes"),
            ("MAX_PIPELINED_REQUESTS", "0", "a whole number from 1"),
            ("HEAD_TIMEOUT_MS", "0", "a whole number of milliseconds"),
            ("BODY_TIMEOUT_MS", "soon", "a whole number of milliseconds"),
            ("IDLE_TIMEOUT_MS", "99999999999999999999", "a whole number of milliseconds"),
            ("MIN_BODY_BYTES_PER_SECOND", "-1", "a whole number of bytes"),
            ("MAX_BUFFERED_BYTES", "0", "a whole number of bytes"),
            ("WRITE_TIMEOUT_MS", "١", "a whole number of milliseconds"),
        ]

        @Test(
            "A value that can't be read stops the start with one line: variable, value, what is expected",
            arguments: badValues)
        func badValue(variable: String, value: String, expected: String) throws {
            var environment = ServerProcess.environment(in: directory)
            environment[variable] = value
            let (end, lines) = try run(["serve", "--embedded"], environment)
            #expect(end.map { $0 != .exited(0) } == true)
            #expect(lines.count == 1, "\(lines)")
            #expect(lines.first?.contains("\(variable)=\(value)") == true, "\(lines)")
            #expect(lines.first?.contains("expected \(expected)") == true, "\(lines)")
        }

        @Test("A password in a bad value is not shown")
        func maskedSecret() throws {
            let (end, lines) = try run(["serve", "--embedded"], ["DATABASE_URL": "postgres://ada:s3cret@db/orders"])
            #expect(end.map { $0 != .exited(0) } == true)
            #expect(lines.first?.contains("DATABASE_URL=postgres://ada:***@db/orders") == true, "\(lines)")
            #expect(!lines.joined().contains("s3cret"))
            let (_, other) = try run(["serve"], ["REDIS_URL": "redis://cache/0?password=s3cret"])
            #expect(other.first?.contains("REDIS_URL=redis://cache/0?password=***") == true, "\(other)")
        }

        @Test("A line of .env that is none stops the start and is named")
        func badDotEnv() throws {
            directory.write("PORT=0\nnonsense\n", to: ".env")
            let (end, lines) = try run(["serve", "--embedded"], [:])
            #expect(end.map { $0 != .exited(0) } == true)
            #expect(lines.count == 1 && lines[0].contains(".env") && lines[0].contains("line 2"), "\(lines)")
        }

        @Test("Flags win over the environment, and that over .env, which is read in the working directory")
        func precedence() throws {
            directory.write(
                "# limits\nAPI_WORKERS=3\nexport WORKER_COUNT='5'\nHOST=127.0.0.1 # here\nPORT=0\n", to: ".env")
            let byFile = try log(["serve", "--embedded"], [:])
            #expect(byFile.contains("host=127.0.0.1") && byFile.contains("loops=3") && byFile.contains("partitions=5"))
            let byEnvironment = try log(["serve", "--embedded"], ["API_WORKERS": "2", "WORKER_COUNT": ""])
            #expect(byEnvironment.contains("loops=2") && byEnvironment.contains("partitions=5"))
            let byFlag = try log(
                ["serve", "--embedded", "--api-workers", "1", "--worker-count=2"], ["API_WORKERS": "2"])
            #expect(byFlag.contains("loops=1") && byFlag.contains("partitions=2"))
        }

        @Test("The database and its queue lie where the settings say, by default in the working directory")
        func files() throws {
            _ = try log(["serve", "--embedded", "--port", "0"], [:])
            #expect(exists("database.db") && exists("database-queue.db"))
            _ = try log(["serve", "--embedded", "--port", "0", "--database-url", "sqlite:///shop.db"], [:])
            #expect(exists("shop.db") && exists("shop-queue.db"))
        }

        @Test("--help names every setting with its default")
        func help() throws {
            let process = try ChildProcess(ServerProcess.binary, ["serve", "--help"])
            let text = try #require(process.output.wholeText())
            #expect(process.waitForEnd(within: 10) == .exited(0))
            for variable in Set(Self.badValues.map(\.variable)).union(["HOST", "QUEUE_FILE"]) {
                let flag = "--" + variable.lowercased().split(separator: "_").joined(separator: "-")
                #expect(text.contains("  \(flag) <"), "\(flag)")
            }
            let unbroken = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for fallback in ["0.0.0.0", "8080", "65536", "1048576", "4096", "75000"] {
                #expect(unbroken.contains("(default: \(fallback))"), "\(fallback)")
            }
        }

        @Test("--version is one line on stdout", arguments: [["--version"], ["serve", "--version"]])
        func version(arguments: [String]) throws {
            let process = try ChildProcess(ServerProcess.binary, arguments)
            let text = try #require(process.output.wholeText())
            #expect(process.waitForEnd(within: 10) == .exited(0))
            let parts = text.split(separator: "\n").first?.split(separator: ".") ?? []
            #expect(text.hasSuffix("\n") && parts.count == 3 && parts.allSatisfy { Int($0) != nil }, "\(text)")
        }

        @Test("A flag that is none is refused with its name")
        func unknownFlag() throws {
            let (end, lines) = try run(["serve", "--embedded", "--prot", "80"], [:])
            #expect(end.map { $0 != .exited(0) } == true)
            #expect(lines.first?.contains("--prot") == true, "\(lines)")
        }

        @Test(
            "A flag without a value, one that a command hasn't got, and a word too many end with 64 and say which it was",
            arguments: [
                (["serve", "--port"], "Missing value for '--port <port>'"),
                (["serve", "--port", "-1"], "Missing value for '--port <port>'"),
                (["serve", "--prot", "80"], "Unknown option '--prot'. Did you mean '--port'?"),
                (["serve", "--admin-password", "secret"], "Unknown option '--admin-password'"),
                (["serve", "--embedded", "extra"], "Unexpected argument 'extra'"),
                (["dead", "list", "--port", "80"], "Unknown option '--port'"),
            ])
        func badFlag(arguments: [String], message: String) throws {
            let (end, lines) = try run(arguments, [:])
            #expect(end == .exited(64))
            #expect(lines.first?.contains(message) == true, "\(lines)")
        }

        @Test("Of a flag that is given twice the last one counts")
        func repeatedFlag() throws {
            let (end, lines) = try run(["serve", "--embedded", "--port", "1", "--port=x"], [:])
            #expect(end == .exited(1))
            #expect(lines == ["Error: PORT=x: expected a whole number from 0 to 65535"])
        }

        @Test("A port that is in use stops the start with a line that says so")
        func portInUse() throws {
            let taken = TakenPort()
            let (end, lines) = try run(
                ["serve", "--embedded"], ServerProcess.environment(in: directory, ["PORT": "\(taken.port)"]))
            #expect(end == .exited(1))
            #expect(lines.last?.contains("127.0.0.1:\(taken.port)") == true, "\(lines)")
            #expect(lines.last?.contains("Address already in use") == true, "\(lines)")
        }

        @Test("A second server on the same queue does not start, and says why; the first goes on")
        func queueInUse() throws {
            let server = try ServerProcess(in: directory)
            let (end, lines) = try run(
                ["serve", "--embedded"], ServerProcess.environment(in: directory, ["PORT": "0"]))
            #expect(end == .exited(1))
            #expect(lines.last?.contains("is in use by another process") == true, "\(lines)")
            #expect(try server.client().get("/ready").status == 200)
            #expect(server.stop() == .exited(0))
        }

        @Test("A directory that is missing stops the start with a line that names the file")
        func missingDirectory() throws {
            let path = directory.file("none/orders.db")
            let (end, lines) = try run(
                ["serve", "--embedded"], ServerProcess.environment(in: directory, ["DATABASE_URL": "sqlite:///\(path)"])
            )
            #expect(end == .exited(1))
            #expect(lines.last?.contains(path) == true, "\(lines)")
        }

        /// Runs a command that is to end by itself, in the directory of the test; its lines on stderr.
        private func run(
            _ arguments: [String], _ environment: [String: String]
        ) throws -> (end: ChildProcess.End?, lines: [String]) {
            let process = try ChildProcess(
                ServerProcess.binary, arguments, environment: environment, directory: directory.path)
            let end = process.waitForEnd(within: 10)
            process.send(SIGKILL)
            _ = process.errors.wholeText()
            return (end, process.errors.lines)
        }

        /// Starts a server, and stops it when it listens; all that it wrote.
        private func log(_ arguments: [String], _ environment: [String: String]) throws -> String {
            let process = try ChildProcess(
                ServerProcess.binary, arguments, environment: environment, directory: directory.path)
            #expect(eventually { process.errors.text.contains(" listening ") || !process.isRunning })
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 10) == .exited(0))
            return try #require(process.errors.wholeText())
        }

        private func exists(_ name: String) -> Bool { access(directory.file(name), F_OK) == 0 }
    }
}
