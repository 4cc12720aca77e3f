import Reactor
import Testing

@testable import Health
@testable import Metrics
@testable import Orders

@Suite struct DashboardEncoderTests {
    private typealias Fixtures = DashboardFixtures

    /// The event's JSON, if it is one event of one line.
    private func json(_ event: String) throws -> String {
        try #require(event.hasPrefix("data: {") && event.hasSuffix("}\n\n"))
        let line = event.dropFirst("data: ".count).dropLast(2)
        try #require(!line.contains("\n") && !line.contains("\r"))
        var parser = JSONParser(maximumBytes: 1 << 16)
        _ = try withGuardedBytes(line.utf8) { (bytes) throws(JSONError) in _ = try parser.parse(bytes) }
        return String(line)
    }

    @Test("The first event knows totals, and neither rates nor latencies")
    func first() throws {
        let snapshot = Fixtures.snapshot(seconds: 0) { loop, workers in
            loop.writes = WriteCounts(created: 5, updated: 2, deleted: 1)
            loop.connections = 3
            workers.created = 4
            workers.deadLetters = 6
        }
        let json = try json(Fixtures.event(snapshot))
        #expect(json.hasPrefix(#"{"time":1700000000123,"instance":{"host":"here","pid":"#))
        #expect(json.contains(#","version":"1.2.3","profile":"embedded","started":5000}"#))
        #expect(json.contains(#""draining":false,"stalled_loops":0"#))
        #expect(json.contains(#""accepted":{"total":8,"per_second":null},"applied":{"total":4,"per_second":null}"#))
        #expect(json.contains(#""backlog":{"jobs":12,"oldest_ms":345,"is_whole":true}"#))
        #expect(json.contains(#""age":{"p50_ms":null,"p99_ms":null}"#))
        #expect(json.contains(#""connections":3"#) && json.contains(#""dead_letters":6"#))
        #expect(json.contains(#""reads":[{"level":"pending","total":0,"per_second":null}"#))
        #expect(json.hasSuffix(#""parts":[]}"#))
    }

    @Test("Rates are what was counted since the event before, over the time between")
    func rates() throws {
        let before = Fixtures.snapshot(seconds: 10) { loop, workers in
            loop.writes.created = 100
            loop.shed[0] = 7
            workers.updated = 40
        }
        let after = Fixtures.snapshot(seconds: 12.5) { loop, workers in
            loop.writes.created = 1_350
            loop.shed[0] = 7
            loop.shed[1] = 1
            loop.orderReads = CacheReads(pending: 10, cached: 4, database: 0)
            loop.listReads = CacheReads(pending: 0, cached: 1, database: 5)
            workers.updated = 41
        }
        let json = try json(Fixtures.event(after, since: before))
        #expect(json.contains(#""accepted":{"total":1350,"per_second":500}"#))
        #expect(json.contains(#""applied":{"total":41,"per_second":0.400}"#))
        #expect(json.contains(#""shed":{"total":8,"per_second":0.400}"#))
        #expect(
            json.contains(
                #""reads":[{"level":"pending","total":10,"per_second":4},{"level":"cached","total":5,"per_second":2},"#
                    + #"{"level":"database","total":5,"per_second":2}]"#))
    }

    @Test("Latencies are those since the event that they are told since, in milliseconds")
    func latencies() throws {
        let before = Fixtures.snapshot(seconds: 0) { loop, workers in
            loop.routes[0].record(.accepted, microseconds: 50_000, times: 1_000)
            workers.ages.record(90_000, times: 1_000)
        }
        let after = Fixtures.snapshot(seconds: 1) { loop, workers in
            loop.routes[0].record(.accepted, microseconds: 50_000, times: 1_000)
            loop.routes[0].record(.accepted, microseconds: 100, times: 90)
            loop.routes[1].record(.ok, microseconds: 200, times: 10)
            workers.ages.record(90_000, times: 1_000)
            workers.ages.record(100, times: 10)
        }
        let json = try json(Fixtures.event(after, since: before))
        #expect(json.contains(#""requests":{"total":1100,"per_second":100,"p50_ms":0.100,"p99_ms":0.200}"#))
        #expect(json.contains(#""age":{"p50_ms":100,"p99_ms":100}"#))
    }

    @Test("An instance without workers knows nothing of what they do")
    func withoutWorkers() throws {
        var snapshot = Fixtures.snapshot(seconds: 1)
        snapshot.workers = nil
        snapshot.backlog = nil
        snapshot.commits = nil
        let json = try json(Fixtures.event(snapshot, since: Fixtures.snapshot(seconds: 0)))
        #expect(json.contains(#""applied":{"total":null,"per_second":null}"#))
        #expect(json.contains(#""backlog":{"jobs":null,"oldest_ms":null,"is_whole":false}"#))
        #expect(json.contains(#""age":{"p50_ms":null,"p99_ms":null}"#) && json.contains(#""dead_letters":null"#))
    }

    @Test("States of the parts are told, with what was wrong, whatever that is spelt with")
    func dependencies() throws {
        let event = Fixtures.event(
            Fixtures.snapshot(seconds: 0, isStalled: true),
            dependencies: [
                Fixtures.part(.queue, .failing, since: 10, error: "it said \"no\"\r\n\ndata: {}\u{1}", at: 20),
                Fixtures.part(.cache, .waiting, since: 11), Fixtures.part(.reads, .working, since: 12),
            ], isDraining: true, host: "a\"b")
        let json = try json(event)
        #expect(json.contains(#""host":"a\"b""#) && json.contains(#""draining":true,"stalled_loops":1"#))
        #expect(
            json.contains(
                #"{"name":"queue","state":"failing","optional":false,"since":10,"#
                    + #""error":"it said \"no\"\r\n\ndata: {}\u0001","error_at":20}"#))
        #expect(
            json.contains(
                #"{"name":"cache","state":"waiting","optional":true,"since":11,"error":null,"error_at":null}"#))
        #expect(json.contains(#"{"name":"reads","state":"working","optional":false,"since":12,"#))
    }

    @Test("No time between two snapshots makes no rate")
    func noTime() throws {
        let snapshot = Fixtures.snapshot(seconds: 1) { loop, _ in loop.writes.created = 1 }
        #expect(
            try json(Fixtures.event(snapshot, since: snapshot)).contains(#""accepted":{"total":1,"per_second":null}"#))
    }
}
