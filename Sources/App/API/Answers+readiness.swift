import Health
import Orders
import Reactor

extension Answers {
    /// The answer of /ready: whether a balancer should send requests here, and how every dependency is doing.
    func sendReadiness(_ state: ServiceState, _ dependencies: [DependencyState], to token: ResponseToken) {
        send(state.takesRequests ? .ok : .serviceUnavailable, to: token) { body in
            body.appendJSONObject { json in
                state.write(to: &json)
                json.object("dependencies") { json in
                    for dependency in dependencies {
                        json.object(named: "\(dependency.dependency)") { dependency.write(to: &$0) }
                    }
                }
            }
        }
    }
}

extension ServiceState {
    fileprivate var takesRequests: Bool {
        switch self {
        case .ready, .degraded: true
        case .starting, .failing, .draining: false
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .ready: json.member("status", "ready")
        case .degraded(let reason):
            json.member("status", "degraded")
            json.member("reason", reason)
        case .starting(let reason):
            json.member("status", "starting")
            json.member("error", reason)
        case .failing(let reason):
            json.member("status", "failing")
            json.member("error", reason)
        case .draining:
            json.member("status", "draining")
            json.member("error", "shutting down")
        }
    }
}

extension DependencyState {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("state", "\(state)")
        json.member("since", WallClock.text(millisecondsSince1970: sinceMilliseconds))
        if let lastError, let lastErrorMilliseconds {
            json.object("last_error") { json in
                json.member("message", lastError)
                json.member("at", WallClock.text(millisecondsSince1970: lastErrorMilliseconds))
            }
        }
    }
}
