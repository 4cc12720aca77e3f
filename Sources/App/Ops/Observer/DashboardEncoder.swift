import Glibc
import Reactor

/// Writes one event of the dashboard's stream: a line of JSON behind `data:` (HTML standard, section 9.2). What is not known is
/// null. The fields are read by dashboard/page.js alone.
struct DashboardEncoder: ~Copyable {
    private var buffer = ByteBuffer(capacity: 2048)

    /// The whole event.
    var event: [UInt8] { [UInt8](buffer.bytes) }

    /// - Parameters:
    ///   - previous: what rates are told since.
    ///   - first: what latencies are told since.
    mutating func append(
        _ figures: DashboardFigures, since previous: DashboardFigures?, latenciesSince first: DashboardFigures?,
        of snapshot: MetricsSnapshot, parts: [PartState], isDraining: Bool, host: String,
        millisecondsSince1970 now: Int64
    ) {
        buffer.append("data: {\"time\":")
        number(Int(now))
        instance(snapshot.identity, host)
        buffer.append(",\"draining\":")
        buffer.append(isDraining ? "true" : "false")
        buffer.append(",\"stalled_loops\":")
        number(snapshot.loops.count { $0.isStalled })
        counter("accepted", figures, previous) { $0.accepted }
        counter("applied", figures, previous) { $0.applied }
        buffer.append(",\"backlog\":{\"jobs\":")
        optional(snapshot.backlog?.jobs)
        buffer.append(",\"oldest_ms\":")
        optional(snapshot.backlog?.oldestMilliseconds.map { Int(clamping: $0) })
        buffer.append(",\"is_whole\":")
        buffer.append(snapshot.commits == nil ? "false}" : "true}")
        latencies(figures, first, previous)
        buffer.append(",\"connections\":")
        number(snapshot.connections)
        counter("shed", figures, previous) { $0.shed }
        buffer.append(",\"dead_letters\":")
        optional(snapshot.deadLetters.map { Int(clamping: $0) })
        buffer.append(",\"memory_bytes\":")
        optional(snapshot.process.residentBytes)
        reads(figures, previous)
        states(parts)
        buffer.append("}\n\n")
    }

    private mutating func instance(_ identity: MetricsSnapshot.Identity, _ host: String) {
        buffer.append(",\"instance\":{\"host\":")
        text(host)
        buffer.append(",\"pid\":")
        number(Int(getpid()))
        buffer.append(",\"version\":")
        text(identity.version)
        buffer.append(",\"profile\":")
        text(identity.mode)
        buffer.append(",\"started\":")
        number(Int(clamping: identity.startedAtMilliseconds))
        buffer.append("}")
    }

    private mutating func counter(
        _ name: StaticString, _ figures: DashboardFigures, _ previous: DashboardFigures?,
        _ counter: (DashboardFigures.Counters) -> UInt64?
    ) {
        buffer.append(",\"")
        buffer.append(name)
        buffer.append("\":{")
        count(figures, previous, counter)
        buffer.append("}")
    }

    private mutating func count(
        _ figures: DashboardFigures, _ previous: DashboardFigures?, _ counter: (DashboardFigures.Counters) -> UInt64?
    ) {
        buffer.append("\"total\":")
        optional(counter(figures.counters).map { Int(clamping: $0) })
        buffer.append(",\"per_second\":")
        optional(previous.flatMap { figures.rate(since: $0, counter) })
    }

    private mutating func latencies(
        _ figures: DashboardFigures, _ first: DashboardFigures?, _ previous: DashboardFigures?
    ) {
        let shares = [0.5, 0.99]
        let ages = first.map { figures.ages(since: $0, shares: shares) } ?? [nil, nil]
        let requests = first.map { figures.requestLatencies(since: $0, shares: shares) } ?? [nil, nil]
        buffer.append(",\"age\":{")
        quantiles(ages)
        buffer.append("},\"requests\":{")
        count(figures, previous) { $0.requests }
        buffer.append(",")
        quantiles(requests)
        buffer.append("}")
    }

    private mutating func quantiles(_ values: [Double?]) {
        buffer.append("\"p50_ms\":")
        optional(values[0])
        buffer.append(",\"p99_ms\":")
        optional(values[1])
    }

    private mutating func reads(_ figures: DashboardFigures, _ previous: DashboardFigures?) {
        buffer.append(",\"reads\":[")
        for (index, level) in CacheLevel.allCases.enumerated() {
            buffer.append(index == 0 ? "{\"level\":\"" : ",{\"level\":\"")
            buffer.append(level.name)
            buffer.append("\",")
            count(figures, previous) { $0.reads[index] }
            buffer.append("}")
        }
        buffer.append("]")
    }

    private mutating func states(_ parts: [PartState]) {
        buffer.append(",\"parts\":[")
        for (index, part) in parts.enumerated() {
            buffer.append(index == 0 ? "{\"name\":" : ",{\"name\":")
            text("\(part.part)")
            buffer.append(",\"state\":")
            text("\(part.state)")
            buffer.append(",\"optional\":")
            buffer.append(part.part.isOptional ? "true" : "false")
            buffer.append(",\"since\":")
            number(Int(part.sinceMilliseconds))
            buffer.append(",\"error\":")
            if let error = part.lastError { text(error) } else { buffer.append("null") }
            buffer.append(",\"error_at\":")
            optional(part.lastErrorMilliseconds.map { Int($0) })
            buffer.append("}")
        }
        buffer.append("]")
    }

    // MARK: Values

    /// Never negative here.
    private mutating func number(_ value: Int) { buffer.append(decimal: UInt64(max(0, value))) }

    private mutating func optional(_ value: Int?) {
        if let value { number(value) } else { buffer.append("null") }
    }

    /// To a thousandth.
    private mutating func optional(_ value: Double?) {
        guard let value else { return buffer.append("null") }
        let thousandths = UInt64(max(0, value * 1_000).rounded())
        buffer.append(decimal: thousandths / 1_000)
        let fraction = thousandths % 1_000
        if fraction > 0 {
            buffer.append(byte: UInt8(ascii: "."))
            for divisor in [100, 10, 1] as [UInt64] {
                buffer.append(byte: UInt8(ascii: "0") + UInt8(fraction / divisor % 10))
            }
        }
    }

    private mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { buffer.append(jsonString: UnsafeRawBufferPointer($0)) }
    }
}
