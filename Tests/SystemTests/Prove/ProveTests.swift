import TestServers
import Testing

extension SystemTests {
    @Suite("The crash ledger for users") struct ProveTests {
        let directory = TemporaryDirectory()
        private static let kills = 2

        @Test("A service that is killed and started again keeps its promises, today and when asked later")
        func killed() throws {
            let port = FreePort.next()
            let settings = ["PORT": "\(port)", "DB_WRITE_LAG_MS": "30"]
            var server = try ServerProcess(in: directory, settings)
            let url = "http://127.0.0.1:\(port)"
            let journal = directory.file("journal")
            let run = try ProveCommandRun(
                ["--url", url, "--seconds", "8", "--clients", "8", "--journal", journal], in: directory)
            for kill in 1...Self.kills {
                // Acknowledged since the last start, or from the first one on.
                let before = Self.acknowledged(journal)
                #expect(eventually { Self.acknowledged(journal) >= before + 200 }, "kill \(kill)")
                server.crash()
                server = try ServerProcess(in: directory, settings)
            }
            let result = run.finish()
            #expect(result.end == .exited(0) && result.broken == [], "\(result)")
            #expect(result.line.split(separator: "\n").count == 1 && result.line.hasSuffix(" promise=kept\n"))
            #expect(result["acknowledged"] ?? 0 >= 200 * Self.kills && result["reads"] ?? 0 > 0, "\(result)")
            // The kills were noticed.
            #expect(result["refused"] ?? 0 > 0 && result["longest_pause_ms"] ?? 0 > 0, "\(result)")

            let verify = ["--verify", journal, "--settle", "5", "--url"]
            let later = try ProveCommandRun(verify + [url], in: directory).finish()
            #expect(later.end == .exited(0) && later["acknowledged"] == result["acknowledged"], "\(later)")
            #expect(server.stop() == .exited(0))
            try expectAllLost(verify, acknowledged: result["acknowledged"])
        }

        @Test("Two instances and the balancer in front of them, one killed and one frozen, keep their promises")
        func cluster() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let settings = (0..<2).map { _ in ["PORT": "\(FreePort.next())", "DB_WRITE_LAG_MS": "30"] }
            var instances = try settings.map { try deployment.start($0) }
            let balancer = try Balancer(to: instances.map(\.port))
            let urls = (instances.map(\.port) + [balancer.port]).flatMap { ["--url", "http://127.0.0.1:\($0)"] }
            let journal = directory.file("journal")
            let run = try ProveCommandRun(
                urls + ["--seconds", "12", "--clients", "8", "--journal", journal], in: directory)
            #expect(eventually { Self.acknowledged(journal) >= 200 })
            instances[0].crash()
            instances[0] = try deployment.start(settings[0])
            #expect(instances[1].process.freeze())
            _ = eventually(within: 2) { false }
            instances[1].process.thaw()
            let result = run.finish()
            #expect(result.end == .exited(0) && result.broken == [], "\(result)")
            #expect(result["acknowledged"] ?? 0 > 400 && result["refused"] ?? 0 > 0, "\(result)")
            for instance in instances { #expect(instance.stop() == .exited(0)) }
        }

        /// Another service has none of the orders.
        private func expectAllLost(_ verify: [String], acknowledged: Int?) throws {
            let empty = try ServerProcess(in: TemporaryDirectory())
            let arguments = verify.map { $0 == "5" ? "1" : $0 } + ["http://localhost:\(empty.port)"]
            let result = try ProveCommandRun(arguments, in: directory).finish()
            #expect(result.end == .exited(1) && result.broken == ["lost"], "\(result)")
            #expect(result["acknowledged"] == acknowledged && result.details.contains("lost: order "), "\(result)")
            #expect(empty.stop() == .exited(0))
        }

        private static func acknowledged(_ journal: String) -> Int {
            let lines = FileContent.text(of: journal)?.split(separator: "\n") ?? []
            return lines.count { $0.contains(" ok ") || $0.contains(" created ") }
        }

        @Test("A service that doesn't keep its promises is found out", arguments: FakeService.Lie.allCases)
        func liar(lie: FakeService.Lie) throws {
            let broken = Self.broken(by: lie)
            let service = FakeService(lie)
            let run = try ProveCommandRun(
                ["--url", "http://127.0.0.1:\(service.port)", "--seconds", "1", "--clients", "4", "--settle", "1"],
                in: directory)
            let result = run.finish()
            #expect(result.end == .exited(broken.isEmpty ? 0 : 1), "\(result)")
            #expect(result.broken == broken, "\(result)")
            #expect(result["acknowledged"] ?? 0 > 20, "\(result)")
        }

        private static func broken(by lie: FakeService.Lie) -> Set<String> {
            switch lie {
            case .none: []
            case .olderStatus, .revivesDeleted: ["lost", "stale"]
            case .olderSometimes, .unlisted: ["stale"]
            case .otherItems: ["wrong"]
            case .forgetsOrders: ["lost"]
            case .listsTwice: ["doubled"]
            }
        }

        @Test("An older read that says that it was made without the cache is unsure, but not in the end")
        func unsure() throws {
            let service = FakeService(.olderSometimes, isBypassing: true)
            let run = try ProveCommandRun(
                ["--url", "http://127.0.0.1:\(service.port)", "--seconds", "1", "--clients", "4", "--settle", "20"],
                in: directory)
            let result = run.finish()
            #expect(result.end == .exited(0) && result["unsure"] ?? 0 > 0, "\(result)")
        }

        @Test("Where nothing could be proven it says why, on stderr")
        func nothingProven() throws {
            let port = FreePort.next()
            let away = try ProveCommandRun(["--url", "http://127.0.0.1:\(port)"], in: directory).finish()
            #expect(away.end == .exited(2) && away.line.isEmpty && away.details.contains("refused"), "\(away)")
            let missing = ["--url", "http://127.0.0.1:\(port)", "--verify", directory.file("nowhere")]
            let result = try ProveCommandRun(missing, in: directory).finish()
            #expect(result.end == .exited(2) && result.details.contains("No such file"), "\(result)")
        }

        @Test(
            "Flags that make no sense are refused as by the other commands",
            arguments: [
                [], ["--url", "https://localhost"], ["--url", "http://a", "--seconds", "0"],
                ["--url", "http://a", "--clients", "1001"], ["--url", "http://a", "--verify", "a", "--journal", "b"],
            ])
        func usage(arguments: [String]) throws {
            let result = try ProveCommandRun(arguments, in: directory).finish()
            #expect(result.end == .exited(64) && result.details.contains("Usage: spillway prove"), "\(result)")
        }
    }
}
