import Glibc
import Health
import Metrics
import Orders
import Reactor

/// Writes one event of the dashboard's stream: a line of JSON behind `data:` (HTML standard, section 9.2). What is
/// not known is null. The fields are read by dashboard/page.js alone.
struct DashboardEncoder: ~Copyable {
    private var buffer = ByteBuffer(capacity: 2048)

    /// The whole event.
    var event: [UInt8] { [UInt8](buffer.bytes) }

    /// - Parameters:
    ///   - previous: what rates are told since.
    ///   - first: what latencies are told since.
    mutating func append(
        _ figures: DashboardFigures, since previous: DashboardFigures?, latenciesSince first: DashboardFigures?,
        of snapshot: MetricsSnapshot, dependencies: [DependencyState], isDraining: Bool, host: String,
        millisecondsSince1970 now: Int64
    ) {
        let rates = Rates(figures: figures, previous: previous)
        buffer.append("data: ")
        buffer.appendJSONObject { json in
            json.member("time", Int(now))
            Self.write(snapshot.identity, host, to: &json)
            json.member("draining", isDraining)
            json.member("stalled_loops", snapshot.loops.count { $0.isStalled })
            json.object("accepted") { rates.write(to: &$0) { $0.accepted } }
            json.object("applied") { rates.write(to: &$0) { $0.applied } }
            Self.writeBacklog(snapshot, to: &json)
            Self.writeLatencies(rates, since: first, to: &json)
            json.member("connections", snapshot.connections)
            json.object("shed") { rates.write(to: &$0) { $0.shed } }
            json.member("dead_letters", snapshot.deadLetters)
            json.member("memory_bytes", snapshot.process.residentBytes)
            Self.writeReads(rates, to: &json)
            Self.write(dependencies, to: &json)
        }
        buffer.append("\n\n")
    }

    private static func write(
        _ identity: MetricsSnapshot.Identity, _ host: String, to json: inout JSONWriter
    ) {
        json.object("instance") { json in
            json.member("host", host)
            json.member("pid", Int(getpid()))
            json.member("version", identity.version)
            json.member("profile", identity.mode)
            json.member("started", identity.startedAtMilliseconds)
        }
    }

    private static func writeBacklog(_ snapshot: MetricsSnapshot, to json: inout JSONWriter) {
        json.object("backlog") { json in
            json.member("jobs", snapshot.backlog?.jobs)
            json.member("oldest_ms", snapshot.backlog?.oldestMilliseconds)
            json.member("is_whole", snapshot.commits != nil)
        }
    }

    private static func writeLatencies(_ rates: Rates, since first: DashboardFigures?, to json: inout JSONWriter) {
        let shares = [0.5, 0.99]
        let ages = first.map { rates.figures.ages(since: $0, shares: shares) }
        let requests = first.map { rates.figures.requestLatencies(since: $0, shares: shares) }
        json.object("age") { writeQuantiles(ages, to: &$0) }
        json.object("requests") { json in
            rates.write(to: &json) { $0.requests }
            writeQuantiles(requests, to: &json)
        }
    }

    private static func writeQuantiles(_ values: [Double?]?, to json: inout JSONWriter) {
        json.member("p50_ms", values?[0].map(JSONDecimal.init))
        json.member("p99_ms", values?[1].map(JSONDecimal.init))
    }

    private static func writeReads(_ rates: Rates, to json: inout JSONWriter) {
        json.array("reads") { json in
            for (index, level) in CacheLevel.allCases.enumerated() {
                json.object { json in
                    json.member("level", level.name)
                    rates.write(to: &json) { $0.reads[index] }
                }
            }
        }
    }

    private static func write(_ dependencies: [DependencyState], to json: inout JSONWriter) {
        json.array("parts") { json in
            for dependency in dependencies {
                json.object { json in
                    json.member("name", "\(dependency.dependency)")
                    json.member("state", "\(dependency.state)")
                    json.member("optional", dependency.dependency.isOptional)
                    json.member("since", Int(dependency.sinceMilliseconds))
                    json.member("error", dependency.lastError)
                    json.member("error_at", dependency.lastErrorMilliseconds.map { Int($0) })
                }
            }
        }
    }
}

/// Figures that only rise, and how fast they do.
private struct Rates {
    let figures: DashboardFigures
    /// What rates are told since; nil where nothing was told before.
    let previous: DashboardFigures?

    func write(to json: inout JSONWriter, _ counter: (DashboardFigures.Counters) -> UInt64?) {
        json.member("total", counter(figures.counters))
        json.member("per_second", previous.flatMap { figures.rate(since: $0, counter) }.map(JSONDecimal.init))
    }
}
