import Reactor

// The answers that both kinds of service give.
extension Answers {
    /// What became of a write.
    func answer(_ write: Write) {
        switch write.outcome {
        case .accepted: accept(write)
        case .refused:
            fail(
                .serviceUnavailable, "the queue can't store orders now; nothing was stored",
                lines: Self.retryAfter, to: write.token)
        case .unknown:
            fail(
                .serviceUnavailable, "the queue failed while the order was stored: it may or may not be accepted",
                lines: Self.retryAfter, to: write.token)
        }
    }

    func failMissing(_ token: ResponseToken) { fail(.notFound, "no such order", to: token) }

    /// What this server doesn't do.
    func failUnknown(_ token: ResponseToken) { fail(.notImplemented, "not implemented", to: token) }

    func failUnreadable(_ token: ResponseToken) {
        fail(.serviceUnavailable, "the database can't be read now", lines: Self.retryAfter, to: token)
    }
}
