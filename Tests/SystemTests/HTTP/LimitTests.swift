import TestServers
import Testing

extension SystemTests {
    @Suite("Limits of a connection") struct LimitTests {
        let directory = TemporaryDirectory()

        @Test(
            "A head or a body that takes too long is 408, and the connection closes",
            arguments: [
                "GET /health HT", "POST /orders HTTP/1.1\r\nHost: test\r\n",
                "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n{",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            ])
        func slowRequests(start: String) throws {
            let server = try ServerProcess(in: directory, ["HEAD_TIMEOUT_MS": "150", "BODY_TIMEOUT_MS": "150"])
            let client = server.client()
            try client.send(start)
            let answer = try client.receive()
            #expect(answer.status == 408 && answer.error != nil && answer["connection"] == "close")
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("An idle connection is closed without a word, whether it was used or not")
        func idle() throws {
            let server = try ServerProcess(in: directory, ["IDLE_TIMEOUT_MS": "150"])
            let used = server.client()
            #expect(try used.get("/health").status == 200)
            #expect(try used.receivesEnd())
            let unused = server.client()
            try unused.open()
            #expect(try unused.receivesEnd())
            #expect(server.stop() == .exited(0))
        }

        @Test("A body that is declared too large is 413 at once, with no byte of it sent and no 100 Continue")
        func declaredTooLarge() throws {
            let server = try ServerProcess(in: directory, ["MAX_BODY_BYTES": "1000"])
            for expectation in ["", "Expect: 100-continue\r\n"] {
                let client = server.client()
                try client.send("POST /orders HTTP/1.1\r\nHost: test\r\n\(expectation)Content-Length: 1001\r\n\r\n")
                let answer = try client.receive()
                #expect(answer.status == 413 && answer.error != nil && answer["connection"] == "close")
                #expect(try client.receivesEnd())
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("A client that sends its too large body to the end still reads the 413")
        func tooLargeAndSent() throws {
            let server = try ServerProcess(in: directory, ["MAX_BODY_BYTES": "1000"])
            let client = server.client()
            try client.send("POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 2000000\r\n\r\n")
            try client.send([UInt8](repeating: UInt8(ascii: "x"), count: 2_000_000))
            #expect(try client.receive().status == 413)
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("A chunked body is 413 as soon as it has grown too large")
        func chunkedTooLarge() throws {
            let server = try ServerProcess(in: directory, ["MAX_BODY_BYTES": "1000"])
            let client = server.client()
            try client.send("POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<4 { try client.send("fa\r\n\(String(repeating: "x", count: 250))\r\n") }
            try client.send("1\r\nx\r\n")
            #expect(try client.receive().status == 413)
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("A request line that is too long is 414; a head that is, or has too many headers, is 431")
        func longHeads() throws {
            let server = try ServerProcess(
                in: directory, ["MAX_REQUEST_LINE_BYTES": "200", "MAX_HEAD_BYTES": "4000"])
            let rows: [(status: Int, request: String)] = [
                (414, "GET /\(String(repeating: "a", count: 200)) HTTP/1.1\r\nHost: test\r\n\r\n"),
                (414, "GET /\(String(repeating: "a", count: 500))"),
                (431, "GET /health HTTP/1.1\r\nHost: test\r\nX: \(String(repeating: "a", count: 4000))\r\n\r\n"),
                (431, "GET /health HTTP/1.1\r\nHost: test\r\n\(String(repeating: "X: 1\r\n", count: 100))\r\n"),
                (404, "GET /\(String(repeating: "a", count: 180)) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"),
            ]
            for row in rows {
                let client = server.client()
                try client.send(row.request)
                let answer = try client.receive()
                #expect(answer.status == row.status && answer.error != nil && answer["connection"] == "close")
                #expect(try client.receivesEnd())
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("One connection more than allowed gets 503 at once; when one has gone, the next is served")
        func tooManyConnections() throws {
            let server = try ServerProcess(in: directory, ["MAX_CONNECTIONS": "4", "API_WORKERS": "1"])
            // The one that asked for /ready may still be on its way out.
            let clients = (0..<4).map { _ in server.client() }
            for client in clients { #expect(eventually { (try? client.get("/health").status) == 200 }) }
            // Who idles would give way.
            for client in clients { try client.send("GET /health HTTP/1.1\r\n") }
            #expect(eventually { SocketTable.unreadBytes(port: server.port) == [0, 0, 0, 0] })
            let refused = server.client()
            try refused.open()
            let answer = try refused.receive()
            #expect(answer.status == 503 && answer["retry-after"] != nil && answer["connection"] == "close")
            #expect(try refused.receivesEnd())
            for client in clients {
                try client.send("Host: test\r\n\r\n")
                #expect(try client.receive().status == 200)
            }
            clients[0].close()
            let next = server.client()
            #expect(eventually { (try? next.get("/health").status) == 200 })
            #expect(server.stop() == .exited(0))
        }

        @Test("A client that reads none of its answers holds up nobody else")
        func deafClient() throws {
            let server = try ServerProcess(in: directory, ["API_WORKERS": "1", "WRITE_TIMEOUT_MS": "300"])
            let filler = server.client()
            for number in 0..<100 { _ = try filler.create(TestOrder(customer: "filler \(number)")) }
            #expect(try eventually { try filler.total() == 100 })
            let deaf = HTTPClient(port: server.port, timeoutSeconds: 1)
            let lists = [UInt8](String(repeating: "GET /orders HTTP/1.1\r\nHost: test\r\n\r\n", count: 2000).utf8)
            var isStuck = false
            // 2,000 lists are more than both socket buffers hold: the server stops to read, or closes.
            for _ in 0..<500 where !isStuck {
                do throws(ClientError) { try deaf.send(lists) } catch { isStuck = true }
                #expect(try filler.get("/health").status == 200)
            }
            #expect(isStuck)
            #expect(server.stop() == .exited(0))
        }
    }
}
