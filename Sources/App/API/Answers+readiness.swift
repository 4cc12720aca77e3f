import Reactor

extension Answers {
    /// The answer of /ready: whether a balancer should send requests here, and how every part is doing.
    func sendReadiness(_ state: ServiceState, _ parts: [PartState], to token: ResponseToken) {
        send(state.takesRequests ? .ok : .serviceUnavailable, to: token) { body in
            state.append(to: &body)
            body.append(",\"dependencies\":{")
            for (index, part) in parts.enumerated() {
                if index > 0 { body.append(",") }
                body.append(json: "\(part.part)")
                body.append(":")
                part.append(to: &body)
            }
            body.append("}}")
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

    fileprivate func append(to body: inout ByteBuffer) {
        switch self {
        case .ready: body.append("{\"status\":\"ready\"")
        case .degraded(let reason):
            body.append("{\"status\":\"degraded\",\"reason\":")
            body.append(json: reason)
        case .starting(let reason):
            body.append("{\"status\":\"starting\",\"error\":")
            body.append(json: reason)
        case .failing(let reason):
            body.append("{\"status\":\"failing\",\"error\":")
            body.append(json: reason)
        case .draining: body.append("{\"status\":\"draining\",\"error\":\"shutting down\"")
        }
    }
}

extension PartState {
    fileprivate func append(to body: inout ByteBuffer) {
        body.append("{\"state\":")
        body.append(json: "\(state)")
        body.append(",\"since\":")
        body.append(json: WallClock.text(millisecondsSince1970: sinceMilliseconds))
        if let lastError, let lastErrorMilliseconds {
            body.append(",\"last_error\":{\"message\":")
            body.append(json: lastError)
            body.append(",\"at\":")
            body.append(json: WallClock.text(millisecondsSince1970: lastErrorMilliseconds))
            body.append("}")
        }
        body.append("}")
    }
}

extension ByteBuffer {
    fileprivate mutating func append(json text: String) {
        var text = text
        text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
    }
}
