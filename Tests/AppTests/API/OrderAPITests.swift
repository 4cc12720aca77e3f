import Reactor
import Testing

@testable import App
@testable import Cache
@testable import Health
@testable import Orders
@testable import Queue
@testable import Store

@Suite struct OrderAPITests {
    private static let newOrder = "{\"customer_name\":\"Ada\",\"items\":[{\"name\":\"tea\",\"quantity\":2}]}"

    // MARK: Reads

    /// Asks for what has to be read. When this returns the loop has taken the requests: they came in the same bytes
    /// as one that is answered at once.
    private func askAndSee(_ client: APIClient, _ target: String, times: Int = 1) {
        let head = " HTTP/1.1\r\nHost: x\r\n\r\n"
        client.send(raw: "HEAD /health\(head)" + String(repeating: "GET \(target)\(head)", count: times))
        #expect(client.reply(isHead: true)?.status == 200)
    }

    @Test("A new order is shown before its batch is durable, under an id that nobody knows; a refused one goes again")
    func refusedOrder() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send("POST", "/orders", IngestHarness.order("Ada"))
        let batches = harness.takeBatches()
        let id = try #require(batches.first?.writes.first?.orderID)
        #expect(try harness.request("GET", "/orders/\(id)")?.status == 200)
        harness.settle(batches, .refused)
        #expect(client.reply()?.status == 503)
        #expect(harness.cache.pendingCount == 0)
    }

    @Test("An order that the cache knows is answered from it, in either case of its id, and to HEAD without its body")
    func cached() throws {
        let harness = try APIHarness()
        let order = SampleOrder()
        harness.show(testID(0xabc), order)
        let id = "\(testID(0xabc))"
        for target in ["/orders/\(id)", "/orders/\(id.uppercased())", "/orders/%30\(id.dropFirst())"] {
            let reply = try harness.request("GET", target)
            #expect(reply?.status == 200 && reply?.body == order.text)
        }
        let head = try harness.request("HEAD", "/orders/\(id)")
        #expect(
            head?.status == 200 && head?.headers["content-length"] == "\(order.text.utf8.count)" && head?.body == "")
    }

    @Test("One that it doesn't know is read once, however many ask, and is known from then on")
    func readOnce() throws {
        let harness = try APIHarness()
        let order = SampleOrder(name: "Grace")
        let clients = try (0..<3).map { _ in try harness.connect() }
        for client in clients { askAndSee(client, "/orders/\(testID(1))", times: 2) }
        #expect(harness.completeRead(order, id: testID(1)))
        for client in clients {
            for _ in 0..<2 { #expect(client.reply()?.body == order.text) }
        }
        #expect(try harness.request("GET", "/orders/\(testID(1))")?.body == order.text)
    }

    @Test("An order that is nowhere is 404 for reads and writes")
    func notFound() throws {
        let harness = try APIHarness()
        for (method, target, body) in [
            ("GET", "/orders/\(testID(1))", nil), ("PATCH", "/orders/\(testID(1))/status", "{\"status\":\"paid\"}"),
            ("DELETE", "/orders/\(testID(1))", nil),
        ] as [(String, String, String?)] {
            let client = try harness.connect()
            client.send(method, target, body)
            #expect(harness.completeRead(nil, id: testID(1)))
            let reply = client.reply()
            #expect(reply?.status == 404 && reply?.body == "{\"error\":\"no such order\"}")
        }
    }

    @Test(
        "Clients that miss one page at once wait for one read of it",
        arguments: ["", "?limit=7", "?after=40&status=new"])
    func concurrentMisses(query: String) throws {
        let harness = try APIHarness()
        let clients = try (0..<5).map { _ in try harness.connect() }
        for client in clients { client.send("GET", "/orders\(query)") }
        #expect(harness.completePage("{\"page\":1}") != nil)
        for client in clients { #expect(client.reply()?.body == "{\"page\":1}") }
        // Nothing else was asked for before.
        clients[0].send("GET", "/orders?after=41")
        #expect(harness.completePage("{\"page\":2}")?.after == 41)
        #expect(clients[0].reply()?.body == "{\"page\":2}")
    }

    @Test("Each page is read once and then given from the cache")
    func lists() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send("GET", "/orders?limit=7")
        #expect(harness.completePage("{\"page\":1}")?.limit == 7)
        #expect(client.reply()?.body == "{\"page\":1}")
        client.send("GET", "/orders?limit=7")
        #expect(client.reply()?.body == "{\"page\":1}")
        client.send("GET", "/orders?limit=7&after=40&status=new")
        let query = harness.completePage("{\"page\":2}")
        #expect(query?.after == 40 && query?.status == Array("new".utf8))
        #expect(client.reply()?.body == "{\"page\":2}")
        client.send("GET", "/orders?status=new&after=40&limit=7")
        #expect(client.reply()?.body == "{\"page\":2}")
    }

    @Test("Reads beyond the bound are refused at once with 503, the others are answered")
    func tooManyReads() throws {
        let harness = try APIHarness { $0.maxPendingReads = 1 }
        let first = try harness.connect()
        askAndSee(first, "/orders/\(testID(1))")
        for target in ["/orders/\(testID(2))", "/orders"] {
            let reply = try harness.request("GET", target)
            #expect(reply?.status == 503 && reply?.headers["retry-after"] == "1")
            #expect(reply?.body == "{\"error\":\"the database can't be read now\"}")
        }
        #expect(harness.completeRead(SampleOrder(), id: testID(1)))
        #expect(first.reply()?.status == 200)
    }

    // MARK: Writes

    @Test("The orders of one moment go to the committer together, and each client gets the answer to its own")
    func batches() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        let request =
            "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: \(Self.newOrder.utf8.count)\r\n\r\n" + Self.newOrder
        client.send(raw: String(repeating: request, count: 5))
        let batches = harness.takeBatches()
        #expect(batches.map(\.writes.count) == [5])
        let ids = batches[0].writes.map(\.orderID)
        harness.settle(batches, .accepted)
        for id in ids { #expect(client.reply()?.headers["location"] == "/orders/\(id)") }
    }

    @Test("A status is changed over what the cache knows, or what the database tells")
    func updates() throws {
        let harness = try APIHarness()
        let order = SampleOrder()
        harness.show(testID(1), order)
        for (number, isCached) in [(1, true), (2, false)] {
            let client = try harness.connect()
            client.send("PATCH", "/orders/\(testID(number))/status", "{\"status\":\"paid\"}")
            if !isCached { #expect(harness.completeRead(order, id: testID(number))) }
            let batches = harness.takeBatches()
            let write = try #require(batches.first?.writes.first)
            #expect(write.kind == .updateOrderStatus && write.orderID == testID(number))
            #expect(batches[0].base(of: write)?.order.string == order.text)
            harness.settle(batches, .accepted)
            #expect(client.reply()?.status == 202)
        }
    }

    @Test("An order that is being deleted can be deleted again, and not changed")
    func deleting() throws {
        let harness = try APIHarness()
        harness.show(testID(1), SampleOrder())
        harness.cache.committed(delete: testID(1), OrderVersion(ofCreation: testID(1)).next, base: nil, now: .now())
        let update = try harness.request("PATCH", "/orders/\(testID(1))/status", "{\"status\":\"paid\"}")
        #expect(update?.status == 409 && update?.body == "{\"error\":\"the order is being deleted\"}")
        let client = try harness.connect()
        client.send("DELETE", "/orders/\(testID(1))")
        harness.settle(harness.takeBatches(), .accepted)
        #expect(client.reply()?.status == 202)
    }

    @Test("Without a cache writes are taken as they come, and every read asks the database")
    func cacheDisabled() throws {
        let harness = try APIHarness { $0.cache.isDisabled = true }
        let client = try harness.connect()
        client.send("PATCH", "/orders/\(testID(1))/status", "{\"status\":\"paid\"}")
        let batches = harness.takeBatches()
        #expect(batches.first?.writes.first.map { batches[0].base(of: $0) == nil } == true)
        harness.settle(batches, .accepted)
        #expect(client.reply()?.status == 202)
        for _ in 0..<2 {
            client.send("GET", "/orders/\(testID(1))")
            #expect(harness.completeRead(SampleOrder(), id: testID(1)))
            #expect(client.reply()?.body == SampleOrder().text)
        }
    }

    @Test("With too many writes under way more are refused, before their bodies are looked at, until some are done")
    func tooManyInFlight() throws {
        let harness = try APIHarness { $0.maxInFlight = 2 }
        let clients = try (0..<2).map { _ in try harness.connect() }
        var batches: [WriteBatch] = []
        for client in clients {
            client.send("POST", "/orders", Self.newOrder)
            batches += harness.takeBatches()
        }
        for (method, target) in [
            ("POST", "/orders"), ("PATCH", "/orders/\(testID(1))/status"), ("DELETE", "/orders/\(testID(1))"),
        ] {
            let reply = try harness.request(method, target, "nonsense")
            #expect(reply?.status == 503 && reply?.headers["retry-after"] == "1")
            #expect(reply?.body == "{\"error\":\"too many orders are waiting; nothing was stored\"}")
        }
        harness.settle(batches, .accepted)
        for client in clients { #expect(client.reply()?.status == 202) }
        #expect(try harness.request("POST", "/orders", "nonsense")?.status == 400)
    }

    @Test("With too many bytes waiting for the database orders are refused, reads are not")
    func tooManyBytes() throws {
        let harness = try APIHarness { $0.maxPendingBytes = 10 }
        harness.show(testID(1), SampleOrder())
        #expect(try harness.request("POST", "/orders", Self.newOrder)?.status == 503)
        #expect(try harness.request("GET", "/orders/\(testID(1))")?.status == 200)
        let version = OrderVersion(ofCreation: testID(1))
        harness.cache.settled(SettledWrite(orderID: testID(1), version: version, isShown: true), now: .now())
        #expect(try harness.request("POST", "/orders", "nonsense")?.status == 400)
    }

    // MARK: The service itself

    @Test("The service says that it is alive, and whether it is ready, with all that fails")
    func health() throws {
        let harness = try APIHarness()
        #expect(try harness.request("GET", "/health")?.body == "{\"status\":\"ok\"}")
        #expect(try harness.request("GET", "/ready")?.body == #"{"status":"ready","dependencies":{}}"#)
        let database = harness.health.reporter(for: .database)
        let queue = harness.health.reporter(for: .queue, isProven: true)
        let starting = try #require(try harness.request("GET", "/ready"))
        #expect(starting.status == 503)
        #expect(
            starting.body.hasPrefix(#"{"status":"starting","error":"database: not connected yet","dependencies":{"#))
        database.report(failure: "gone \"away\"")
        queue.report(failure: "full")
        let failing = try #require(try harness.request("GET", "/ready"))
        #expect(failing.status == 503)
        let sentence = #""error":"queue: full; database: gone \"away\"""#
        #expect(failing.body.hasPrefix(#"{"status":"failing",\#(sentence),"dependencies":{"queue":{"state":"failing""#))
        #expect(failing.body.contains(#""last_error":{"message":"gone \"away\"","at":"20"#))
        #expect(try harness.request("GET", "/health")?.status == 200)
        database.report(failure: nil)
        queue.report(failure: nil)
        let cache = harness.health.reporter(for: .cache)
        let degraded = try #require(try harness.request("GET", "/ready"))
        #expect(degraded.status == 200)
        #expect(degraded.body.hasPrefix(#"{"status":"degraded","reason":"cache: not connected yet","dependencies":{"#))
        cache.report(failure: nil)
        #expect(try harness.request("HEAD", "/ready")?.status == 200)
        // What went wrong last is still told.
        let recovered = try #require(try harness.request("GET", "/ready"))
        #expect(recovered.body.contains(#""queue":{"state":"working","since":"20"#))
        #expect(recovered.body.contains(#""last_error":{"message":"full","at":"20"#))
        harness.health.startDraining()
        #expect(
            try harness.request("GET", "/ready")?.body.hasPrefix(#"{"status":"draining","error":"shutting down","dep"#)
                == true)
    }

    @Test("Told to drain, the loop answers what it has taken, ends its connections, and ends")
    func drains() throws {
        let harness = try APIHarness()
        let idle = try harness.connect()
        idle.send("GET", "/health")
        #expect(idle.reply()?.status == 200)
        let writing = try harness.connect()
        writing.send("POST", "/orders", Self.newOrder)
        let batches = harness.takeBatches()
        harness.mailbox.post(.drain)
        #expect(idle.isClosed())
        harness.settle(batches, .accepted)
        let reply = writing.reply()
        #expect(reply?.status == 202 && reply?.headers["connection"] == "close" && writing.isClosed())
        harness.waitForEnd()
    }

    @Test("Told to stop, the loop ends whatever is under way")
    func stops() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send("POST", "/orders", Self.newOrder)
        #expect(harness.takeBatches().count == 1)
        harness.mailbox.post(.stop)
        harness.waitForEnd()
    }
}
