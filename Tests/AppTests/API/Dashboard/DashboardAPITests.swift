import Reactor
import Testing

@testable import API
@testable import App
@testable import Health
@testable import Metrics

@Suite struct DashboardAPITests {
    private func event(_ text: String) -> DashboardEvent {
        DashboardEvent(time: .now(), bytes: Array("data: \(text)\n\n".utf8))
    }

    /// Until the observer would be told so.
    private func expectWatched(_ harness: APIHarness, _ isWatched: Bool) {
        let wake = harness.observerInbox.next(until: .now().advanced(byMilliseconds: 20_000))
        #expect("\(wake)" == "watched(\(isWatched))")
    }

    @Test("The page is HTML that may run what is in it and nothing else, and be framed by nobody")
    func page() throws {
        let reply = try #require(try APIHarness().request("GET", "/dashboard"))
        #expect(reply.status == 200 && reply.headers["content-type"] == "text/html; charset=utf-8")
        #expect(
            reply.headers["x-content-type-options"] == "nosniff" && reply.headers["referrer-policy"] == "no-referrer")
        let policy = try #require(reply.headers["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(
            policy.split(separator: "'").count { $0.hasPrefix("sha256-") }
                == reply.body.split(separator: "<script>").count)
        #expect(reply.body.hasPrefix("<!doctype html>") && !reply.body.contains(" src="))
        #expect(!reply.body.contains("href=\"style.css\""))
    }

    @Test("All viewers get each event, and the observer is asked for more as long as one is there")
    func events() throws {
        let harness = try APIHarness()
        let clients = [try harness.connect(), try harness.connect()]
        for client in clients { client.send("GET", "/dashboard/events") }
        expectWatched(harness, true)
        for client in clients { #expect(client.received(through: "retry: 2000\n\n") != nil) }
        harness.mailbox.post(.dashboard(event("one")))
        harness.mailbox.post(.dashboard(event("two")))
        for client in clients {
            let text = try #require(client.received(through: "data: two\n\n"))
            #expect(text.contains("HTTP/1.1 200 OK\r\n") && text.contains("Content-Type: text/event-stream\r\n"))
            #expect(text.contains("Cache-Control: no-store\r\n") && text.contains("data: one\n\n"))
        }
        clients[0].endSending()
        #expect(clients[0].received(through: "0\r\n\r\n") != nil)
        harness.mailbox.post(.dashboard(event("three")))
        #expect(clients[1].received(through: "data: three\n\n") != nil)
        #expect("\(harness.observerInbox.next(until: .now()))" == "time")
        clients[1].endSending()
        #expect(clients[1].received(through: "0\r\n\r\n") != nil)
        harness.mailbox.post(.dashboard(event("four")))
        expectWatched(harness, false)
    }

    @Test("Who comes between two events is shown the last one")
    func late() throws {
        let harness = try APIHarness()
        let first = try harness.connect()
        first.send("GET", "/dashboard/events")
        expectWatched(harness, true)
        harness.mailbox.post(.dashboard(event("fresh")))
        #expect(first.received(through: "data: fresh\n\n") != nil)
        let second = try harness.connect()
        second.send("GET", "/dashboard/events")
        #expect(second.received(through: "data: fresh\n\n") != nil)
    }

    @Test("More than so many viewers are told to come again, and one that goes makes room")
    func crowd() throws {
        let harness = try APIHarness()
        let clients = try (0..<DashboardAPI.maximumViewers).map { _ in try harness.connect() }
        for client in clients { client.send("GET", "/dashboard/events") }
        for client in clients { #expect(client.received(through: "retry: 2000\n\n") != nil) }
        let refused = try #require(try harness.request("GET", "/dashboard/events"))
        #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
        clients[5].endSending()
        #expect(clients[5].received(through: "0\r\n\r\n") != nil)
        let client = try harness.connect()
        client.send("GET", "/dashboard/events")
        #expect(client.received(through: "retry: 2000\n\n") != nil)
    }

    @Test("HEAD tells what GET would be, and begins nothing")
    func head() throws {
        let harness = try APIHarness()
        let client = try harness.connect()
        client.send("HEAD", "/dashboard/events")
        #expect(client.reply(isHead: true)?.headers["content-type"] == "text/event-stream")
        client.send("HEAD", "/dashboard")
        #expect(client.reply(isHead: true)?.headers["content-type"] == "text/html; charset=utf-8")
        #expect("\(harness.observerInbox.next(until: .now()))" == "time")
    }

    @Test("While the service drains no stream begins")
    func draining() throws {
        let harness = try APIHarness()
        harness.health.startDraining()
        #expect(try harness.request("GET", "/dashboard/events")?.status == 503)
        #expect(try harness.request("GET", "/dashboard")?.status == 200)
    }

    @Test(
        "Switched off, its paths lead nowhere, whatever the method",
        arguments: ["GET", "HEAD", "POST", "OPTIONS"], ["/dashboard", "/dashboard/events", "/%64ashboard"])
    func off(method: String, path: String) throws {
        let harness = try APIHarness { $0.hasDashboard = false }
        #expect(try harness.request(method, path)?.status == 404)
        #expect(try harness.request("GET", "/health")?.status == 200)
    }
}
