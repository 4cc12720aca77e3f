import Reactor
import Testing

@testable import App
@testable import Metrics

@Suite struct DashboardFeedTests {
    private func event(_ feed: inout DashboardFeed, seconds: Double, requests: UInt64 = 0, micros: UInt64 = 100)
        -> String
    {
        let snapshot = DashboardFixtures.snapshot(seconds: seconds) { loop, _ in
            loop.routes[0].record(.ok, microseconds: micros, times: requests)
        }
        return String(decoding: feed.event(snapshot, dependencies: [], isDraining: false).bytes, as: UTF8.self)
    }

    private func time(_ seconds: Double) -> Deadline { DashboardFixtures.snapshot(seconds: seconds).time }

    @Test("Nothing is due while nobody looks; who comes gets an event at once, and then one a second")
    func due() {
        var feed = DashboardFeed()
        #expect(feed.due == .never)
        feed.watched(true, now: time(5))
        #expect(feed.due == time(5))
        _ = event(&feed, seconds: 5.01)
        #expect(feed.due == time(6))
        _ = event(&feed, seconds: 6.3)
        #expect(feed.due == time(7))
        feed.watched(true, now: time(6.5))
        #expect(feed.due == time(7))
        feed.watched(false, now: time(6.6))
        #expect(feed.due == .never)
    }

    @Test("Events that were missed are not made up for")
    func heldUp() {
        var feed = DashboardFeed()
        feed.watched(true, now: time(0))
        _ = event(&feed, seconds: 9.5)
        #expect(feed.due == time(9.5))
        _ = event(&feed, seconds: 9.6)
        #expect(feed.due == time(10.5))
    }

    @Test("Latencies are those of the last ten seconds, and of no time when nobody looked")
    func window() {
        var feed = DashboardFeed()
        feed.watched(true, now: time(0))
        let first = event(&feed, seconds: 0, requests: 100, micros: 5_000)
        #expect(first.contains(#""per_second":null,"p50_ms":null,"p99_ms":null"#))
        // What was counted before the first event is never shown; then nothing happens for eleven seconds.
        for second in 1...11 {
            let event = event(&feed, seconds: Double(second), requests: 100, micros: 5_000)
            #expect(event.contains(#""requests":{"total":100,"per_second":0,"p50_ms":null,"p99_ms":null}"#))
        }
        feed.watched(false, now: time(12))
        feed.watched(true, now: time(60))
        #expect(
            event(&feed, seconds: 60, requests: 500, micros: 5_000).contains(
                #""requests":{"total":500,"per_second":null,"#))
    }

    @Test("A burst is in the latencies for ten events, and then no more")
    func burst() {
        var feed = DashboardFeed()
        feed.watched(true, now: time(0))
        _ = event(&feed, seconds: 0)
        for second in 1...10 {
            #expect(
                event(&feed, seconds: Double(second), requests: 7).contains(#""p50_ms":0.100,"p99_ms":0.100"#),
                "\(second)")
        }
        #expect(event(&feed, seconds: 11, requests: 7).contains(#""p50_ms":null"#))
    }
}
