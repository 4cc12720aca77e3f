import Reactor

/// Writes metrics in Prometheus' text format, version 0.0.4. Pure.
package struct MetricsText: ~Copyable {
    package static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    package enum Kind {
        case counter, gauge, histogram

        fileprivate var name: StaticString {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private var buffer = ByteBuffer()
    /// Of the family whose samples are being appended, prefix included.
    private var family = ""

    package init() {}

    package var bytes: UnsafeRawBufferPointer { buffer.bytes }

    /// Begins a family; its samples follow. `help` is one line without backslashes.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = "spillway_" + name
        append("# HELP \(family) \(help)\n# TYPE \(family) \(kind.name)\n")
    }

    mutating func sample(_ value: some BinaryInteger, _ labels: (name: String, value: String)...) {
        append("\(family)\(Self.text(labels)) \(value)\n")
    }

    /// A measure in a base unit.
    mutating func sample(_ value: Double, _ labels: (name: String, value: String)...) {
        append("\(family)\(Self.text(labels)) \(value)\n")
    }

    /// - Parameters:
    ///   - bounds: in the unit of the recorded values; they rise.
    ///   - scale: recorded values for one of the base unit, say 1,000,000 microseconds for a second.
    mutating func histogram(
        _ histogram: ValueHistogram, bounds: [UInt64], scale: UInt64, _ labels: (name: String, value: String)...
    ) {
        for (bound, count) in zip(bounds, histogram.counts(upTo: bounds)) {
            let text = Self.text(labels + [("le", "\(Self.scaled(bound, scale))")])
            append("\(family)_bucket\(text) \(count)\n")
        }
        append("\(family)_bucket\(Self.text(labels + [("le", "+Inf")])) \(histogram.count)\n")
        append("\(family)_sum\(Self.text(labels)) \(Self.scaled(histogram.sum, scale))\n")
        append("\(family)_count\(Self.text(labels)) \(histogram.count)\n")
    }

    private static func scaled(_ value: UInt64, _ scale: UInt64) -> Double { Double(value) / Double(scale) }

    private static func text(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// Backslash, quote and line feed are all that a label's value must not hold.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private mutating func append(_ text: String) { buffer.append(string: text) }
}
