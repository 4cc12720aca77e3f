import TestServers
import Testing

extension SystemTests {
    @Suite("HTTP on the socket") struct ProtocolTests {
        let directory = TemporaryDirectory()

        @Test(
            "Pipelined requests, fast and slow ones in turn, are answered in their order",
            arguments: [["MAX_PIPELINED_REQUESTS": "64"], ["MAX_PIPELINED_REQUESTS": "3"]])
        func pipelining(settings: [String: String]) throws {
            let server = try ServerProcess(in: directory, settings)
            let client = server.client()
            let orders = (0..<50).map { TestOrder(customer: "pipelined \($0)") }
            try client.send(
                orders.indices.map { $0 % 2 == 0 ? RawRequest.health : RawRequest.create(orders[$0]) }.joined())
            var ids: [Int: String] = [:]
            for index in orders.indices {
                let answer = try client.receive()
                if index % 2 == 0 {
                    #expect(answer.text == #"{"status":"ok"}"#, "\(index)")
                } else {
                    #expect(answer.status == 202, "\(index)")
                    ids[index] = answer.json["order_id"]?.text
                }
            }
            for (index, id) in ids { #expect(try client.show(id).json == orders[index].json(id: id)) }
            #expect(ids.count == 25)
            #expect(server.stop() == .exited(0))
        }

        @Test("A request that comes byte by byte is understood")
        func byteByByte() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            let order = TestOrder(customer: "slow")
            for request in [RawRequest.create(order), RawRequest.chunkedCreate(order, size: 50)] {
                for byte in request.utf8 { try client.send([byte]) }
                let id = try #require(try client.receive().json["order_id"]?.text)
                #expect(try client.show(id).json == order.json(id: id))
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("A chunked order is taken whatever the size of its chunks", arguments: [1, 7, 100, 100_000])
        func chunked(size: Int) throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            let order = TestOrder(customer: "chunked")
            try client.send(RawRequest.chunkedCreate(order, size: size) + RawRequest.health)
            let id = try #require(try client.receive().json["order_id"]?.text)
            #expect(try client.receive().status == 200)
            #expect(try client.show(id).json == order.json(id: id))
            #expect(server.stop() == .exited(0))
        }

        @Test("A client that expects 100 Continue gets it before it sends the body, and not when the body is there")
        func expectContinue() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            let request = RawRequest.create(TestOrder(customer: "careful"), headers: "Expect: 100-continue\r\n")
            let body = try #require(request.firstRange(of: "\r\n\r\n")).upperBound
            try client.send(String(request[..<body]))
            #expect(try client.receive().status == 100)
            try client.send(String(request[body...]))
            #expect(try client.receive().status == 202)
            try client.send(request)
            #expect(try client.receive().status == 202)
            try client.send(RawRequest.create(TestOrder(customer: "odd"), headers: "Expect: a-miracle\r\n"))
            #expect(try client.receive().status == 417)
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("HTTP/1.0 closes behind the answer unless the client asks to keep the connection")
        func http10() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            try client.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let kept = try client.receive()
            #expect(kept.status == 200 && kept["connection"] == "keep-alive")
            try client.send("GET /health HTTP/1.0\r\n\r\n")
            let last = try client.receive()
            #expect(last.status == 200 && last["connection"] == "close")
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("Connection: close is obeyed, and what is behind it is not answered")
        func connectionClose() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            try client.send("GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" + RawRequest.health)
            #expect(try client.receive()["connection"] == "close")
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("A client that has closed its sending side gets all of its answers")
        func halfClosed() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            try client.send(RawRequest.create(TestOrder(customer: "half")) + RawRequest.health)
            client.endSending()
            #expect(try client.receive().status == 202)
            #expect(try client.receive().status == 200)
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }

        @Test("Clients that vanish in the middle harm nobody, and leave nothing behind")
        func vanishing() throws {
            let server = try ServerProcess(in: directory, ["API_WORKERS": "1"])
            let request = RawRequest.create(TestOrder(customer: "vanished"))
            let steady = server.client()
            try onThreads(4) { number in
                for length in stride(from: 1, to: request.utf8.count, by: 5) {
                    let client = server.client()
                    try client.send(Array(request.utf8.prefix(length)))
                    if (length + number) % 2 == 0 { client.closeByReset() } else { client.close() }
                }
            }
            #expect(try steady.create(TestOrder(customer: "steady")).status == 202)
            #expect(try eventually { try steady.total() == 1 })
            #expect(try QueueFile(directory.file("queue.db")).hasDrained())
            #expect(try OrderDatabase(directory.file("orders.db")).count() == 1)
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "An order whose client vanished before the answer is there once or not at all, and the next one is served")
        func vanishingBeforeTheAnswer() throws {
            let server = try ServerProcess(in: directory)
            for number in 0..<50 {
                let client = server.client()
                try client.send(RawRequest.create(TestOrder(customer: "gone \(number)")))
                client.closeByReset()
            }
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "last")).status == 202)
            #expect(server.stop() == .exited(0))
            // Whatever was taken is in the queue or the database; a start with nothing else to do brings it together.
            let again = try ServerProcess(in: directory)
            #expect(try QueueFile(directory.file("queue.db")).hasDrained())
            let orders = try OrderDatabase(directory.file("orders.db")).orders().values
            #expect(Set(orders.map(\.customer)).count == orders.count)
            #expect(orders.contains { $0.customer == "last" })
            #expect(orders.allSatisfy { $0 == TestOrder(customer: $0.customer) })
            #expect(again.stop() == .exited(0))
        }
    }
}
