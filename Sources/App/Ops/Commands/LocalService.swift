import Reactor
import Settings

/// The service of this machine, asked over HTTP at the address on which the configuration has it listen: what a
/// container's health check does without another program.
struct LocalService: Sendable {
    enum Question: Sendable {
        /// GET /health: do its loops turn?
        case alive
        /// GET /ready: should a balancer send requests here?
        case ready
    }

    struct Verdict: Sendable {
        let isGood: Bool
        /// One line.
        let line: String
    }

    /// Less than what those who ask regularly wait themselves, so that the line says why.
    static let deadlineMilliseconds = 2_000

    let host: String
    let port: UInt16

    /// Throws when the port is the system's to choose, and so can't be known.
    init(_ configuration: Configuration) throws(SettingError) {
        guard configuration.port != 0 else {
            throw SettingError(
                name: SettingCatalog.server.port.name, value: "0", expected: "the port on which the service listens")
        }
        host = Self.reachable(configuration.host)
        port = configuration.port
    }

    /// Whoever listens on all addresses is asked on the one that never leaves the machine.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    /// Takes ``deadlineMilliseconds`` at most, but for the look-up of a host that is a name.
    func ask(_ question: Question) -> Verdict {
        let path: StaticString =
            switch question {
            case .alive: "/health"
            case .ready: "/ready"
            }
        let outcome = HTTPProbe.get(path, host: host, port: port, withinMilliseconds: Self.deadlineMilliseconds)
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch outcome {
        case .failed(let reason): return Verdict(isGood: false, line: "spillway \(place): \(reason)")
        case .answered(let answer):
            // 503 is an answer too, and its body says why.
            return Verdict(
                isGood: answer.status == 200, line: "spillway \(place): \(path) \(answer.status) \(answer.text)")
        }
    }
}
