import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite(".env.example") struct EnvExampleTests {
        let directory = TemporaryDirectory()

        @Test(
            "As it is, and with every line that has a value taken in, it starts the service", arguments: [false, true])
        func starts(isTakenIn: Bool) throws {
            let example = try #require(FileContent.text(of: "\(PythonTool.root)/.env.example"))
            let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                isTakenIn && line.wholeMatch(of: /#[A-Z_]+=.+/) != nil ? String(line.dropFirst()) : String(line)
            }
            directory.write(lines.joined(separator: "\n"), to: ".env")
            // But for the port, which is somebody else's.
            let process = try ChildProcess(
                ServerProcess.binary, ["serve", "--embedded"], environment: ["PORT": "0"], directory: directory.path)
            #expect(eventually { process.errors.text.contains(" listening host=0.0.0.0 ") || !process.isRunning })
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 10) == .exited(0), "\(process.errors.text)")
            #expect(process.errors.lines.contains { $0.contains(" listening host=0.0.0.0 ") }, "\(process.errors.text)")
            for name in ["database.db", "database-queue.db", "server-access.log"] {
                #expect(access(directory.file(name), F_OK) == 0, "\(name)")
            }
        }
    }
}
