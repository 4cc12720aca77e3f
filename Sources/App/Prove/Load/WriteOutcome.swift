import Orders

/// What a client was told about a write.
enum WriteOutcome: Equatable, Sendable {
    /// 202, and the order that it names.
    case accepted(UUID)
    case refused
    /// 404 or 409: the order is gone, or on its way.
    case gone(status: Int)
    case unknown(UnknownFate)
    /// An answer that must not be; nobody knows what became of the write.
    case wrong(String)

    /// docs/api.md, "Errors that pass": a 503 of the service has Retry-After and means that nothing was stored, unless
    /// its sentence leaves that open. A 5xx of anybody else says nothing about the service behind.
    ///
    /// - Parameter error: the sentence of the body.
    init(_ reply: HTTPReply, orderID: UUID?, error: String?, to change: Change) {
        switch reply.status {
        case 202:
            self = orderID.map { .accepted($0) } ?? .wrong("a 202 that names no order: \(reply.summary)")
        case 503:
            if let error, reply["retry-after"] != nil {
                self = error.contains("may or may not") ? .unknown(.over) : .refused
            } else {
                self = .unknown(.open)
            }
        case 501: self = .refused
        case 404 where change != .create, 409 where change != .create: self = .gone(status: reply.status)
        // A request with the same key is under way.
        case 409: self = .unknown(.open)
        case 422: self = .wrong("the same body with the same key: \(reply.summary)")
        case 400..<500: self = .refused
        default: self = .unknown(.open)
        }
    }

    init(_ failure: ExchangeFailure) {
        switch failure {
        case .notSent: self = .refused
        case .cut: self = .unknown(.over)
        case .timedOut: self = .unknown(.open)
        }
    }
}
