import Glibc
import TestServers
import Testing

extension SystemTests {
    /// With as many descriptors as a handful of connections needs: the limit is the shell's, the binary the real one.
    @Suite("Out of descriptors") struct DescriptorShortageTests {
        private static let descriptors = 64

        let directory = TemporaryDirectory()

        private func startServer() throws -> ServerProcess {
            try ServerProcess(
                in: directory,
                ["API_WORKERS": "1", "API_THREADS": "1", "WORKER_COUNT": "1", "HEAD_TIMEOUT_MS": "600000"],
                wrapper: ["sh", "-c", #"ulimit -n \#(Self.descriptors) && exec "$0" "$@""#])
        }

        @Test("Connections that say nothing give way to a client that asks, at next to no cost, and all recovers")
        func silentConnections() throws {
            let server = try startServer()
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "before")).status == 202)
            client.close()
            let silent = (0..<200).map { _ in server.client() }
            for one in silent { try one.open() }
            let before = ProcessTable.processorSeconds(of: server.process.pid)
            // They stand before it in the queue of those who wait to be let in: some of them a second for each round of
            // theirs.
            #expect(try client.get("/health").status == 200)
            #expect(try client.create(TestOrder(customer: "meanwhile")).status == 202)
            let start = Timeout.now()
            #expect(try server.client().get("/health").status == 200)
            #expect(Timeout.now() - start < 10)
            // Neither spinning on a listener that can't be served, nor looking at all connections for each newcomer.
            #expect(ProcessTable.processorSeconds(of: server.process.pid) - before < 1.5)
            for one in silent { one.close() }
            #expect(try eventually { try client.total() == 2 })
            #expect(server.stop() == .exited(0))
        }

        @Test("Where all are busy the others wait, and get in when those have gone")
        func busyConnections() throws {
            let server = try startServer()
            let busy = (0..<Self.descriptors).map { _ in server.client() }
            for one in busy { try one.send("GET /health HTTP/1.1\r\n") }
            let before = ProcessTable.processorSeconds(of: server.process.pid)
            let late = HTTPClient(port: server.port, timeoutSeconds: 2)
            #expect(throws: ClientError.timedOut) { try late.get("/health") }
            #expect(ProcessTable.processorSeconds(of: server.process.pid) - before < 0.5)
            try busy[0].send("Host: test\r\n\r\n")
            #expect(try busy[0].receive().status == 200)
            for one in busy { one.close() }
            #expect(try server.client().get("/health").status == 200)
            #expect(server.stop() == .exited(0))
        }
    }
}
