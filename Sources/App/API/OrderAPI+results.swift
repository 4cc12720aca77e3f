import Reactor

// What comes back from other threads, and what is asked about the service itself.
extension OrderAPI {
    /// Tells the clients of a batch what became of their writes.
    func settled(_ batch: WriteBatch, _ server: HTTPServer) {
        for write in batch.writes {
            switch write.outcome {
            case .accepted: answers.accept(write, on: server)
            case .refused:
                answers.fail(
                    .serviceUnavailable, "the queue can't store orders now; nothing was stored",
                    lines: Answers.retryAfter, to: write.token, on: server)
            case .unknown:
                answers.fail(
                    .serviceUnavailable, "the queue failed while the order was stored: it may or may not be accepted",
                    lines: Answers.retryAfter, to: write.token, on: server)
            }
        }
        ingest.recycle(batch)
    }

    /// Goes on with the requests that waited for a read.
    func read(_ answer: ReadAnswer, _ server: HTTPServer) {
        for ticket in answer.tickets {
            for read in reads.takeInOrder(ticket) {
                answer.body.withUnsafeBytes { resume(read, answer.outcome, $0, server) }
            }
        }
    }

    func resume(
        _ read: PendingRead, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer, _ server: HTTPServer
    ) {
        switch (read, outcome) {
        case (.show(let token), .order), (.list(let token), .page): answers.send(.ok, body, to: token, on: server)
        case (.update(let token, let id, let status), .order(let cached)):
            status.withUnsafeBytes { update(id, cached, body, status: $0, token, server) }
        case (.delete(let token, let id), .order(let cached)): delete(id, cached, body, token)
        case (_, .notFound): answers.fail(.notFound, "no such order", to: read.token, on: server)
        case (_, .failed):
            answers.fail(
                .serviceUnavailable, "the database can't be read now", lines: Answers.retryAfter, to: read.token,
                on: server)
        case (.list, .order), (_, .page): preconditionFailure("an answer to another question")
        }
    }

    /// Liveness: the loop turns.
    func sendHealth(_ token: ResponseToken, _ server: HTTPServer) {
        answers.send(.ok, #"{"status":"ok"}"#, to: token, on: server)
    }

    /// Whether a balancer should send requests here; names what fails when it should not.
    func sendReadiness(_ token: ResponseToken, _ server: HTTPServer) {
        if shared.health.isDraining {
            return answers.fail(.serviceUnavailable, "shutting down", to: token, on: server)
        }
        let failures = shared.health.failures
        guard failures.isEmpty else {
            let sentence = failures.map { "\($0.part): \($0.reason)" }.joined(separator: "; ")
            return answers.fail(.serviceUnavailable, sentence, to: token, on: server)
        }
        answers.send(.ok, #"{"status":"ready"}"#, to: token, on: server)
    }
}
