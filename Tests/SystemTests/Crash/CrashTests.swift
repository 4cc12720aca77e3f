import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("Crashes") struct CrashTests {
        let directory = TemporaryDirectory()
        static let rounds = 20
        static let clients = 8

        @Test("Whatever was acknowledged survives 20 kills under load, and is applied exactly once")
        func killedUnderLoad() throws {
            let seed = SeededGenerator.chooseSeed()
            print("SPILLWAY_TEST_SEED=\(seed)")
            var random = SeededGenerator(seed: seed)
            let tally = Tally()
            for round in 0..<Self.rounds {
                let settings = Self.settings(of: round)
                if round % 4 == 3 { try killWhileStarting(settings, &random) }
                let server = try ServerProcess(in: directory, settings)
                try check(tally, server)
                load(server, tally, round: round, &random)
                try #require(tally.violations.isEmpty, "round \(round), \(settings): \(tally.violations.prefix(5))")
            }
            try checkEnd(tally)
            // Otherwise nothing was tried.
            #expect(tally.acknowledged > Self.rounds * 20, "\(tally.acknowledged) writes")
        }

        /// With messages of 7 jobs and of thousands, with and without lag, and with more and fewer workers than
        /// partitions.
        private static func settings(of round: Int) -> [String: String] {
            [
                "DB_WRITE_LAG_MS": round % 2 == 0 ? "0" : "30", "DB_WRITE_BATCH": round % 3 == 0 ? "7" : "4096",
                "WORKER_COUNT": ["4", "4", "2", "7"][round % 4], "TEMP_ORDER_CACHE_TTL": round % 5 == 0 ? "0" : "60",
            ]
        }

        /// A start that doesn't get to its end, at some moment of it.
        private func killWhileStarting(_ settings: [String: String], _ random: inout SeededGenerator) throws {
            let process = try ChildProcess(
                ServerProcess.binary, ["serve", "--embedded"],
                environment: ServerProcess.environment(in: directory, settings))
            _ = eventually(within: .random(in: 0.005...0.08, using: &random)) { !process.isRunning }
            process.send(SIGKILL)
            #expect(process.waitForEnd(within: 10) == .killed(signal: SIGKILL))
        }

        /// What was written before the kill is shown from the first request on.
        private func check(_ tally: Tally, _ server: ServerProcess) throws {
            let client = server.client()
            for id in tally.takeTouched() { tally.check(id, try client.show(id)) }
        }

        /// Kills the server after a random number of writes, or when it has had enough time for them.
        private func load(_ server: ServerProcess, _ tally: Tally, round: Int, _ random: inout SeededGenerator) {
            let seeds = (0..<Self.clients).map { _ in random.next() }
            let never = StopFlag()
            let before = tally.acknowledged
            let threads = ThreadGroup(Self.clients) { number in
                var client = LoadClient(name: "r\(round)c\(number)", tally: tally, seed: seeds[number])
                client.run(server.client(), isStopped: never)
            }
            let writes = Int.random(in: 30...1500, using: &random)
            _ = eventually(within: .random(in: 0.15...0.4, using: &random)) { tally.acknowledged - before >= writes }
            server.crash()
            // The clients throw nothing: what goes wrong is in the tally.
            try? threads.join()
        }

        private func checkEnd(_ tally: Tally) throws {
            let server = try ServerProcess(in: directory)
            try check(tally, server)
            let queue = try QueueFile(directory.file("queue.db"))
            #expect(try queue.hasDrained())
            let database = try OrderDatabase(directory.file("orders.db"))
            tally.check(try database.orders())
            #expect(tally.violations.isEmpty, "\(tally.violations.prefix(5))")
            #expect(try database.file.integer("SELECT total FROM order_counter") == database.count())
            let client = server.client()
            #expect(try client.total() == database.count())
            #expect(try queue.file.integer("SELECT count(*) FROM dead_letters") == 0)

            // Each partition forgets what it applied once something newer has been acknowledged there.
            for number in 0..<100 {
                #expect(try client.create(TestOrder(customer: "after \(number)")).status == 202)
            }
            #expect(try queue.hasDrained())
            #expect(try eventually { try client.total() == database.count() })
            // New orders go to one partition after the other, each for some time.
            #expect(
                try eventually {
                    guard try client.create(TestOrder(customer: "last")).status == 202 else { return false }
                    return try queue.hasDrained()
                })
            #expect(server.stop() == .exited(0))
            #expect(try database.file.integrity() == "ok" && queue.file.integrity() == "ok")
        }
    }
}
