import Reactor
import Testing

@testable import Metrics

@Suite("MetricsText") struct MetricsTextTests {
    @Test("A family is HELP, TYPE and its samples")
    func family() {
        var text = MetricsText()
        text.begin("things_total", .counter, "Things.")
        text.sample(UInt64.max)
        text.sample(7, ("kind", "a"), ("part", "b"))
        text.begin("age_seconds", .gauge, "Age.")
        text.sample(0.25)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP spillway_things_total Things.
                # TYPE spillway_things_total counter
                spillway_things_total 18446744073709551615
                spillway_things_total{kind="a",part="b"} 7
                # HELP spillway_age_seconds Age.
                # TYPE spillway_age_seconds gauge
                spillway_age_seconds 0.25

                """)
    }

    @Test("A histogram counts up to each bound, in base units")
    func histogram() {
        var values = ValueHistogram(upTo: 60_000_000)
        for value: UInt64 in [500, 500, 2_000_000, 20_000_000] { values.record(value) }
        var text = MetricsText()
        text.begin("wait_seconds", .histogram, "Wait.")
        text.histogram(values, bounds: [1_000, 2_500_000], scale: 1_000_000, ("route", "r"))
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP spillway_wait_seconds Wait.
                # TYPE spillway_wait_seconds histogram
                spillway_wait_seconds_bucket{route="r",le="0.001"} 2
                spillway_wait_seconds_bucket{route="r",le="2.5"} 3
                spillway_wait_seconds_bucket{route="r",le="+Inf"} 4
                spillway_wait_seconds_sum{route="r"} 22.001
                spillway_wait_seconds_count{route="r"} 4

                """)
    }

    @Test("What a label's value must not hold is escaped")
    func escapes() {
        var text = MetricsText()
        text.begin("x", .gauge, "X.")
        text.sample(1, ("a", "back\\slash \"quote\" line\nfeed"))
        let line = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").last
        #expect(line == #"spillway_x{a="back\\slash \"quote\" line\nfeed"} 1"#)
    }

    /// The families that a snapshot of these parts is rendered to.
    private func families(_ fill: (inout MetricsSnapshot) -> Void = { _ in }) -> Set<String> {
        var snapshot = MetricsSnapshot(
            time: .now(), identity: .init(version: "1", mode: "api", startedAtMilliseconds: 0), loops: [])
        fill(&snapshot)
        var text = MetricsText()
        text.append(snapshot)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        return Set(lines.filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2].dropFirst(9)) })
    }

    @Test("What a profile doesn't have is absent, not 0")
    func absent() {
        let least = families()
        #expect(least.contains("http_requests_total") && least.contains("build_info"))
        let workers = families { $0.workers = WorkerFigures(workers: 1) }.subtracting(least)
        #expect(
            workers == [
                "jobs_applied_total", "accept_to_applied_seconds", "batch_jobs", "retries_total", "dead_letters_total",
            ])
        let backlog = families { $0.backlog = .init(jobs: 1, oldestMilliseconds: nil) }.subtracting(least)
        #expect(backlog == ["backlog_jobs", "backlog_oldest_seconds"])
        let commits = families { $0.commits = CommitFigures() }.subtracting(least)
        #expect(
            commits == [
                "queue_commit_seconds", "queue_commit_jobs", "queue_commit_failures_total", "message_jobs",
            ])
        let broker = families { $0.broker = BrokerFigures(now: .now()) }.subtracting(least)
        #expect(
            broker == [
                "broker_jobs_published_total", "broker_jobs_total", "broker_confirm_seconds",
                "broker_unconfirmed_messages", "broker_state", "broker_state_seconds_total", "message_jobs",
            ])
        let process = families { $0.process = .read() }.subtracting(least)
        #expect(process.count == 4 && process.allSatisfy { $0.hasPrefix("process_") })
    }
}
