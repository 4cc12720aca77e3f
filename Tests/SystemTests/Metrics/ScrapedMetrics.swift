import TestServers
import Testing

/// The metrics of one moment, as Prometheus' own parser reads them.
struct ScrapedMetrics {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// By name and labels, which are sorted: `name{a="1",b="2"}`.
    let samples: [String: Double]

    init(from server: ServerProcess) throws { try self.init(server.client().get("/metrics")) }

    /// Throws what the parser, or one of Prometheus' rules, says against the text.
    init(_ answer: HTTPAnswer) throws {
        guard answer.status == 200, answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8" else {
            throw Failure(description: "\(answer.status) \(answer["content-type"] ?? "") \(answer.text)")
        }
        let directory = TemporaryDirectory()
        directory.write(answer.text, to: "metrics.txt")
        let tool = try PythonTool(
            "python3", ["\(PythonTool.root)/Tests/Metrics/parse.py", directory.file("metrics.txt")], in: directory,
            within: 30)
        guard tool.end == .exited(0) else { throw Failure(description: tool.text) }
        var samples: [String: Double] = [:]
        for line in tool.text.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            guard parts.count == 2, let value = Double(parts[1]) else { throw Failure(description: "\(line)") }
            samples[String(parts[0])] = value
        }
        self.samples = samples
    }

    /// nil when there is no such sample. `labels` as they are written, sorted.
    subscript(_ name: String, _ labels: String = "") -> Double? {
        samples["spillway_" + name + (labels.isEmpty ? "" : "{\(labels)}")]
    }

    /// Answers of a route with that status; 0 when there was none.
    func requests(_ route: String, _ status: Int) -> Double {
        self["http_requests_total", #"route="\#(route)",status="\#(status)""#] ?? 0
    }

    /// Whether any sample's name begins with it.
    func hasFamily(_ name: String) -> Bool { samples.keys.contains { $0.hasPrefix("spillway_" + name) } }

    /// Of all samples of a name.
    func sum(_ name: String) -> Double {
        samples.reduce(0) { sum, sample in
            sample.key == "spillway_" + name || sample.key.hasPrefix("spillway_\(name){") ? sum + sample.value : sum
        }
    }
}
