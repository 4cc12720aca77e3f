import TestServers
import Testing

extension SystemTests {
    @Suite("Orders as Python reads them") struct JSONDifferentialTests {
        let directory = TemporaryDirectory()

        @Test(
            "Of some thousand odd documents those are orders that Python's json and the contract take for one, and they stay as they were read"
        )
        func oddDocuments() throws {
            let server = try ServerProcess(in: directory)
            let counts = try run("create", server).split(separator: " ").compactMap { Int($0) }
            #expect(counts.count == 2 && counts[0] >= 2000 && counts[1] >= 500, "\(counts)")
            #expect(server.stop() == .exited(0))
            // Nothing is in memory any more: these come from the database.
            let next = try ServerProcess(in: directory)
            #expect(try eventually { try next.client().total() == counts.last })
            #expect(try run("show", next) == "\(counts[1]) orders\n")
            #expect(next.stop() == .exited(0))
        }

        /// What the script prints. It ends with 1, and says why, where it sees a difference.
        private func run(_ command: String, _ server: ServerProcess) throws -> String {
            let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let process = try ChildProcess(
                "/usr/bin/python3",
                ["/\(tests)/JSON/differential.py", command, "\(server.port)", directory.file("orders.json")],
                environment: ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"])
            let end = process.waitForEnd(within: 300)
            #expect(end == .exited(0), "\(process.errors.wholeText() ?? process.errors.text)")
            return process.output.wholeText() ?? ""
        }
    }
}
