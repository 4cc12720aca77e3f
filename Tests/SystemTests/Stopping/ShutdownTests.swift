import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("Stopping") struct ShutdownTests {
        let directory = TemporaryDirectory()

        @Test("SIGTERM under load answers what is under way, exits with 0 and loses nothing", arguments: ["0", "300"])
        func underLoad(lagMilliseconds: String) throws {
            let settings = ["DB_WRITE_LAG_MS": lagMilliseconds, "SHUTDOWN_GRACE_SECONDS": "10"]
            let server = try ServerProcess(in: directory, settings)
            let tally = Tally()
            let isStopped = StopFlag()
            let threads = ThreadGroup(8) { number in
                var client = LoadClient(name: "c\(number)", tally: tally, seed: UInt64(number))
                client.run(server.client(), isStopped: isStopped, mayRefuse: true)
            }
            #expect(eventually { tally.acknowledged > 300 })
            #expect(server.stop(within: 10) == .exited(0))
            isStopped.set()
            try threads.join()
            #expect(server.log.contains("stopping") && server.log.contains("stopped"))

            let again = try ServerProcess(in: directory)
            let client = again.client()
            for id in tally.takeTouched() { tally.check(id, try client.show(id)) }
            #expect(try QueueFile(directory.file("queue.db")).hasDrained())
            tally.check(try OrderDatabase(directory.file("orders.db")).orders())
            #expect(tally.violations.isEmpty, "\(tally.violations.prefix(5))")
            #expect(again.stop() == .exited(0))
        }

        @Test("While it drains, requests under way are answered, /ready is 503, and nobody new is let in")
        func draining() throws {
            let server = try ServerProcess(in: directory)
            let request = RawRequest.create(TestOrder(customer: "late"))
            let half = request.utf8.count / 2
            let (writer, asker) = (server.client(), server.client())
            try writer.send(Array(request.utf8.prefix(half)))
            try asker.send("GET /ready HTTP/1.1\r\nHost: test\r\n")
            try waitUntilReceived(server, clients: 2)
            server.process.send(SIGTERM)
            #expect(eventually { isRefused(server.client()) })
            try asker.send("\r\n")
            let readiness = try asker.receive()
            #expect(readiness.status == 503 && readiness["connection"] == "close")
            #expect(readiness.json["status"]?.text == "draining" && readiness.json["error"]?.text == "shutting down")
            try writer.send(Array(request.utf8.dropFirst(half)))
            let answer = try writer.receive()
            #expect(answer.status == 202 && answer["connection"] == "close")
            #expect(try writer.receivesEnd())
            #expect(server.process.waitForEnd(within: 10) == .exited(0))

            let again = try ServerProcess(in: directory)
            let id = try #require(answer.json["order_id"]?.text)
            #expect(try again.client().show(id).status == 200)
            #expect(again.stop() == .exited(0))
        }

        @Test("A second SIGTERM ends it at once, and what was acknowledged is there after the next start")
        func secondSignal() throws {
            let server = try ServerProcess(in: directory, ["DB_WRITE_LAG_MS": "600000"])
            let client = server.client()
            let id = try #require(try client.create(TestOrder(customer: "kept")).json["order_id"]?.text)
            try client.send("GET /ready HTTP/1.1\r\n")
            try waitUntilReceived(server, clients: 1)
            server.process.send(SIGTERM)
            #expect(eventually { server.log.contains("stopping") })
            #expect(server.process.isRunning)
            server.process.send(SIGTERM)
            #expect(server.process.waitForEnd(within: 2) == .exited(1))

            let again = try ServerProcess(in: directory)
            #expect(try again.client().show(id).status == 200)
            #expect(again.stop() == .exited(0))
        }

        @Test("Idle connections and a long lag don't hold it up", arguments: [SIGTERM, SIGINT])
        func idleConnections(signal: Int32) throws {
            let server = try ServerProcess(in: directory, ["DB_WRITE_LAG_MS": "600000"])
            let clients = (0..<50).map { _ in server.client() }
            for client in clients { #expect(try client.create(TestOrder(customer: "idle")).status == 202) }
            server.process.send(signal)
            #expect(server.process.waitForEnd(within: 2) == .exited(0))
            for client in clients { #expect(try client.receivesEnd()) }

            let again = try ServerProcess(in: directory)
            #expect(try eventually { try again.client().total() == clients.count })
            #expect(again.stop() == .exited(0))
        }

        @Test("A client that never finishes is given up when the grace period is over")
        func gracePeriod() throws {
            let server = try ServerProcess(in: directory, ["SHUTDOWN_GRACE_SECONDS": "1"])
            let client = server.client()
            try client.send("POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n{")
            try waitUntilReceived(server, clients: 1)
            server.process.send(SIGTERM)
            #expect(server.process.waitForEnd(within: 5) == .exited(0))
        }

        @Test("Idle connections see the end at once, while a request on another one still holds up the exit")
        func idleBesideBusy() throws {
            let server = try ServerProcess(in: directory)
            let busy = server.client()
            let idle = (0..<20).map { _ in server.client() }
            for client in idle { #expect(try client.get("/health").status == 200) }
            try busy.send("GET /health HTTP/1.1\r\n")
            try waitUntilReceived(server, clients: 21)
            server.process.send(SIGTERM)
            for client in idle { #expect(try client.receivesEnd()) }
            #expect(server.process.isRunning)
            try busy.send("Host: test\r\n\r\n")
            #expect(try busy.receive()["connection"] == "close")
            #expect(server.process.waitForEnd(within: 5) == .exited(0))
        }

        @Test("A connection whose answers were held behind a slow one is closed when they have been sent")
        func pipelinedAtTheEnd() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            let queue = try QueueFile(directory.file("queue.db"))
            try queue.file.execute("BEGIN IMMEDIATE")
            try client.send(RawRequest.create(TestOrder(customer: "slow")) + RawRequest.health)
            try waitUntilReceived(server, clients: 1)
            server.process.send(SIGTERM)
            #expect(eventually { isRefused(server.client()) })
            try queue.file.execute("ROLLBACK")
            #expect(try client.receive().status == 202)
            #expect(try client.receive().status == 200)
            #expect(try client.receivesEnd())
            #expect(server.process.waitForEnd(within: 5) == .exited(0))
        }

        @Test("A client that reads slowly gets its whole answer, and then the end")
        func longAnswerAtTheEnd() throws {
            let server = try ServerProcess(in: directory)
            let item = TestOrder.Item(name: String(repeating: "x", count: 80), quantity: 1)
            let order = TestOrder(customer: "long", items: Array(repeating: item, count: 100))
            let filler = server.client()
            for _ in 0..<600 { #expect(try filler.create(order).status == 202) }
            #expect(try eventually { try filler.total() == 600 })
            let client = server.client()
            try client.send("GET /orders?limit=1000 HTTP/1.1\r\nHost: test\r\n\r\n")
            // The answer has 4 MiB, where a page ends: it has begun, and doesn't fit into the buffers of the sockets.
            #expect(eventually { SocketTable.unsentBytes(port: server.port).contains { $0 > 100_000 } })
            server.process.send(SIGTERM)
            #expect(eventually { isRefused(server.client()) })
            #expect(server.process.isRunning)
            let page = try client.receive()
            #expect(page.body.count >= 4 << 20)
            #expect(page.json["orders"]?.array?.isEmpty == false)
            #expect(try client.receivesEnd())
            #expect(server.process.waitForEnd(within: 5) == .exited(0))
        }

        /// Whether nobody listens any more, on any of the loops.
        private func isRefused(_ client: HTTPClient) -> Bool {
            do throws(ClientError) {
                try client.open()
                return false
            } catch {
                return error == .refused
            }
        }

        /// Until the server has read what `clients` connections sent: the kernel tells how much waits in its sockets.
        private func waitUntilReceived(_ server: ServerProcess, clients: Int) throws {
            #expect(eventually { SocketTable.unreadBytes(port: server.port) == Array(repeating: 0, count: clients) })
        }
    }
}
