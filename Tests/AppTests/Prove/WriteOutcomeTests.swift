import Testing

@testable import Prove

@Suite("What a client was told about a write") struct WriteOutcomeTests {
    private static let retryAfter = [HTTPReply.Field(name: "retry-after", value: "1")]

    private func outcome(
        _ status: Int, _ fields: [HTTPReply.Field] = [], error: String? = nil, to change: Change = .patch
    ) -> WriteOutcome {
        WriteOutcome(HTTPReply(status: status, fields: fields), orderID: nil, error: error, to: change)
    }

    @Test("A 202 that names an order is an acknowledgement, and one that names none is wrong")
    func accepted() {
        let id = LedgerFixture.id(1)
        #expect(WriteOutcome(HTTPReply(status: 202), orderID: id, error: nil, to: .create) == .accepted(id))
        guard case .wrong = outcome(202) else {
            Issue.record("a 202 without an order")
            return
        }
    }

    @Test("A 503 is a refusal where the service says that nothing was stored, and nowhere else")
    func unavailable() {
        #expect(
            outcome(503, Self.retryAfter, error: "the queue can't store orders now; nothing was stored") == .refused)
        let open = "the queue failed while the order was stored: it may or may not be accepted"
        #expect(outcome(503, Self.retryAfter, error: open) == .unknown(.over))
        // Of a proxy.
        #expect(outcome(503, error: "down") == .unknown(.open) && outcome(503, Self.retryAfter) == .unknown(.open))
        for status in [500, 502, 504, 302, 200] { #expect(outcome(status) == .unknown(.open), "\(status)") }
    }

    @Test("4xx stores nothing; 409 means a key that is in use, or a delete")
    func clientErrors() {
        for status in [400, 408, 413, 429, 501] { #expect(outcome(status) == .refused, "\(status)") }
        #expect(outcome(404) == .gone(status: 404) && outcome(409, to: .delete) == .gone(status: 409))
        #expect(outcome(404, to: .create) == .refused && outcome(409, to: .create) == .unknown(.open))
        guard case .wrong = outcome(422, to: .create) else {
            Issue.record("422 for the same body")
            return
        }
    }

    @Test("A request that was never sent is refused, and any other without an answer unknown")
    func failures() {
        #expect(WriteOutcome(ExchangeFailure.notSent("Connection refused")) == .refused)
        #expect(WriteOutcome(ExchangeFailure.cut("reset")) == .unknown(.over))
        #expect(WriteOutcome(ExchangeFailure.timedOut) == .unknown(.open))
    }
}
