import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("Giving notice before the end") struct NoticeTests {
        let directory = TemporaryDirectory()

        @Test("From the signal on /ready says no, and everything is still taken, on new connections and on old ones")
        func everythingIsTaken() throws {
            let server = try ServerProcess(
                in: directory, ["SHUTDOWN_NOTICE_MS": "60000", "SHUTDOWN_GRACE_SECONDS": "600"])
            let old = server.client()
            #expect(try old.get("/health")["connection"] == nil)
            server.process.send(SIGTERM)
            #expect(eventually { (try? server.client().get("/ready").status) == 503 })
            let readiness = try server.client().get("/ready").json
            #expect(readiness["status"]?.text == "draining" && readiness["error"]?.text == "shutting down")
            #expect(readiness["dependencies"]?["queue"]?["state"]?.text == "working")
            for client in [old, server.client()] {
                let order = TestOrder(customer: "late")
                let answer = try client.create(order)
                #expect(answer.status == 202 && answer["connection"] == "close")
                let id = try #require(answer.json["order_id"]?.text)
                // A connection of its own: the one before ended behind its answer.
                #expect(try client.show(id).json == order.json(id: id))
            }
            #expect(server.process.isRunning)
            server.process.send(SIGTERM)
            #expect(server.process.waitForEnd(within: 2) == .exited(1))
        }

        @Test("The notice has an end, and no connection holds it up")
        func end() throws {
            let server = try ServerProcess(in: directory, ["SHUTDOWN_NOTICE_MS": "500"])
            let idle = server.client()
            #expect(try idle.get("/health").status == 200)
            let start = Timeout.now()
            #expect(server.stop(within: 10) == .exited(0))
            #expect(Timeout.now() - start >= 0.5)
            #expect(try idle.receivesEnd())
        }

        @Test("It is never longer than the grace period")
        func shortGrace() throws {
            let server = try ServerProcess(
                in: directory, ["SHUTDOWN_NOTICE_MS": "60000", "SHUTDOWN_GRACE_SECONDS": "1"])
            #expect(server.stop(within: 3) == .exited(0))
        }

        @Test("Nobody at a terminal waits for it")
        func interrupt() throws {
            let server = try ServerProcess(
                in: directory, ["SHUTDOWN_NOTICE_MS": "60000", "SHUTDOWN_GRACE_SECONDS": "600"])
            server.process.send(SIGINT)
            #expect(server.process.waitForEnd(within: 5) == .exited(0))
        }

        @Test("Who is waiting to be let in when the listener closes gets an answer")
        func acceptQueue() throws {
            let server = try ServerProcess(in: directory, ["API_WORKERS": "2"])
            // The kernel goes on to complete connections for it.
            #expect(server.process.freeze())
            let clients = (0..<100).map { _ in HTTPClient(port: server.port) }
            for client in clients { try client.send(RawRequest.create(TestOrder(customer: "waiting"))) }
            server.process.send(SIGTERM)
            server.process.thaw()
            for client in clients {
                let answer = try client.receive()
                #expect(answer.status == 202 && answer["connection"] == "close")
            }
            #expect(server.process.waitForEnd(within: 10) == .exited(0))
        }
    }
}
