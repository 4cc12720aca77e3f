/// What a connection is waited for, and for how long.
extension HTTPConnection {
    func updatePhase() {
        let current = life.timeoutPhase(
            hasOutput: !output.isEmpty, hasUnanswered: queue.unanswered > 0, framer.phase)
        guard current != phase else { return }
        phase = current
        since = server.loop.now
    }

    /// Called now and then for every connection: enforces the timeouts and gives unused memory back.
    func sweep() {
        let elapsed = Int((server.loop.now.nanoseconds - since.nanoseconds) / 1_000_000)
        if output.isEmpty { output.release() }
        account()
        // Its first request did not come.
        if server.isDraining && isIdle && life.takesRequests { return settle() }
        let bodyBytes = framer.bodyBytes(ofReceived: input.count)
        switch phase.action(
            elapsedMilliseconds: elapsed, bodyBytes: bodyBytes, isCrowded: server.isCrowded, server.limits)
        {
        case .wait: break
        case .shed:
            shed(input.bytes, began: since)
            // Given back at once, so that no more are refused than must be.
            input.release()
            settle()
        case .close: doom()
        case .refuse:
            refuse(
                .requestTimeout,
                phase == .head ? "the request's head took too long" : "the request's body took too long",
                input.bytes, began: since)
            settle()
        }
    }

    /// Ends an idle connection at once and lets a busy one finish what it has taken: one whose last answers were
    /// encoded before the drain, and thus don't say that they are the last, ends when they are sent.
    ///
    /// A request that is here and was not read yet counts as taken.
    func drain() {
        drainStreams()
        if life.takesRequests && isIdle { receive() }
        settle()
    }

    /// It was accepted just now, and its first request is on its way.
    var isExpected: Bool {
        queue.nextRequest == 0
            && since.advanced(byMilliseconds: server.limits.firstRequestMilliseconds) > server.loop.now
    }

    /// Whether the connection stands between requests, with nothing left to send. Input that was put off is no
    /// idleness. An empty line is, which may stand before a request that never comes.
    var isIdle: Bool {
        queue.unanswered == 0 && output.isEmpty && !life.hasDeferredRequests && framer.phase == .idle
    }
}
