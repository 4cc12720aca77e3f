import TestServers
import Testing

extension SystemTests {
    @Suite("Requests whose end could be read in two ways") struct SmugglingTests {
        let directory = TemporaryDirectory()

        /// Each is followed by a whole request, which an intermediary may have taken for part of it.
        static let attempts: [(name: String, request: String)] = [
            (
                "Content-Length and Transfer-Encoding",
                "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            (
                "Transfer-Encoding and Content-Length",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
            ),
            (
                "two different lengths",
                "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n"
            ),
            (
                "the same length twice",
                "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"
            ),
            ("a list of lengths", "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0, 0\r\n\r\n"),
            ("a signed length", "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: +0\r\n\r\n"),
            ("a hexadecimal length", "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0x0\r\n\r\n"),
            ("a bare LF behind a header", "POST /orders HTTP/1.1\r\nHost: test\nContent-Length: 0\r\n\r\n"),
            ("a bare LF as the empty line", "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\n"),
            ("a bare CR in a value", "POST /orders HTTP/1.1\r\nHost: test\r\nX: a\rContent-Length: 0\r\n\r\n"),
            ("a folded header", "POST /orders HTTP/1.1\r\nHost: test\r\nX: a\r\n Content-Length: 0\r\n\r\n"),
            ("a space before the colon", "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length : 0\r\n\r\n"),
            ("a space before the name", "POST /orders HTTP/1.1\r\n Host: test\r\nContent-Length: 0\r\n\r\n"),
            ("a NUL in a value", "POST /orders HTTP/1.1\r\nHost: test\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"),
            ("no Host", "POST /orders HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
            ("two Hosts", "POST /orders HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n"),
            (
                "a chunk size with a sign",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n+0\r\n\r\n"
            ),
            (
                "a chunk that ends in a bare LF",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n"
            ),
            (
                "a chunk longer than its size",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"
            ),
            (
                "chunked, but not last",
                "POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"
            ),
            (
                "Transfer-Encoding in HTTP/1.0",
                "POST /orders HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
        ]

        @Test("They are 400, the connection closes, and what is behind them is not answered")
        func attempts() throws {
            let server = try ServerProcess(in: directory)
            for attempt in Self.attempts {
                let client = server.client()
                try client.send(attempt.request + RawRequest.create(TestOrder(customer: "smuggled")))
                let answer = try client.receive()
                #expect(answer.status == 400 && answer.error != nil, "\(attempt.name): \(answer.status)")
                #expect(answer["connection"] == "close", "\(attempt.name)")
                #expect(try client.receivesEnd(), "\(attempt.name)")
            }
            #expect(try server.client().create(TestOrder(customer: "honest")).status == 202)
            let database = try OrderDatabase(directory.file("orders.db"))
            #expect(try eventually { try database.count() > 0 })
            #expect(try QueueFile(directory.file("queue.db")).hasDrained())
            #expect(try database.orders().values.map(\.customer) == ["honest"])
            #expect(server.stop() == .exited(0))
        }

        @Test("A transfer coding that is not supported is 501")
        func unknownCoding() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            try client.send("POST /orders HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
            #expect(try client.receive().status == 501)
            #expect(try client.receivesEnd())
            client.close()
            #expect(server.stop() == .exited(0))
        }
    }
}
