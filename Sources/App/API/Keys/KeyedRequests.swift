import Cache
import Ingest
import Metrics
import Orders
import Queue
import Reactor

/// The requests with an idempotency key that are under way on one loop: does what each ``KeyedRun`` says.
final class KeyedRequests {
    /// Bodies of one loop that wait for their turn; above it new ones are refused.
    private static let maxWaitingBytes = 64 << 20

    private let ingest: Ingest
    private let answers: Answers
    private let claims: any ClaimStore
    private unowned let service: any KeyedOrderService
    private var requests: [UInt64: KeyedRequest] = [:]
    private var lastNumber: UInt64 = 0
    private var random = SystemRandomNumberGenerator()
    private var waitingBytes = 0
    /// Orders that are not in the queue's hands.
    private(set) var waitingCount = 0

    init(ingest: Ingest, answers: Answers, claims: any ClaimStore, service: any KeyedOrderService) {
        self.ingest = ingest
        self.answers = answers
        self.claims = claims
        self.service = service
    }

    /// Throws what is wrong with the order in `body`; nothing is remembered then, and the token not answered.
    func create(_ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken) throws(OrderRejection) {
        try ingest.check(body)
        begin(body, key, token, idSeed: ingest.makeIDSeed(), orders: 1, isBatch: false)
    }

    /// Throws what is wrong with the list as a whole; nothing is remembered then, nor when no order in it is valid.
    func createBatch(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection) {
        let idSeed = ingest.makeIDSeed()
        let outline = try ingest.outline(body, idSeed: idSeed, token: token)
        guard !outline.writes.isEmpty else { return answers.answer(BatchAnswer(outline.group, []), to: token) }
        begin(body, key, token, idSeed: idSeed, orders: outline.writes.count, isBatch: true)
    }

    private func begin(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken, idSeed: UUID, orders: Int,
        isBatch: Bool
    ) {
        guard service.hasRoom(for: orders), waitingBytes + body.count <= Self.maxWaitingBytes else {
            return answers.failBusy(token)
        }
        lastNumber += 1
        let record = KeyRecord(fingerprint: SHA256.digest(of: body), idSeed: idSeed)
        let request = KeyedRequest(
            lastNumber, key, token, claim: .random(in: 1 ... .max, using: &random), KeyedRun(record, orders: orders),
            isBatch: isBatch)
        request.body.append(body)
        requests[lastNumber] = request
        waitingBytes += body.count
        waitingCount += orders
        claims.claim(request)
    }

    // MARK: What happens to them

    func claimed(_ number: UInt64, _ answer: ClaimAnswer) {
        guard let request = requests[number] else { preconditionFailure("an answer to no request") }
        act(request, request.run.claimed(answer))
    }

    func read(_ number: UInt64, _ outcome: ReadOutcome) {
        guard let request = requests[number] else { preconditionFailure("an answer to no request") }
        switch outcome {
        case .key(let stored):
            act(request, request.run.told(stored, nowMilliseconds: WallClock.nanoseconds() / 1_000_000))
        case .failed, .missing, .order, .page: act(request, request.run.databaseFailed())
        }
    }

    /// The queue has decided about a write with ``Write/keyedRequest``.
    func settled(_ write: Write) {
        guard let request = requests[write.keyedRequest] else { preconditionFailure("an outcome of no request") }
        request.outcome = .order(write)
        switch write.outcome {
        case .accepted: act(request, request.run.settled(.allAccepted))
        case .refused: act(request, request.run.settled(.noneStored))
        case .unknown: act(request, request.run.settled(.mixed))
        }
    }

    /// The same for a group with ``WriteGroup/keyedRequest``.
    func settled(_ group: WriteGroup, of batch: WriteBatch) {
        guard let request = requests[group.keyedRequest] else { preconditionFailure("an outcome of no request") }
        let answer = BatchAnswer(group, of: batch)
        var body = ByteBuffer()
        answer.append(to: &body)
        request.outcome = .batch(answer.status, answer.headerLines, body: [UInt8](body.bytes), answer.shedReason)
        let writes = batch.writes[group.writes]
        if writes.allSatisfy({ $0.outcome == .accepted }) {
            act(request, request.run.settled(.allAccepted))
        } else {
            act(request, request.run.settled(writes.allSatisfy { $0.outcome == .refused } ? .noneStored : .mixed))
        }
    }

    func recorded(_ number: UInt64) {
        guard let request = requests[number] else { preconditionFailure("an answer to no request") }
        act(request, request.run.recorded())
    }

    // MARK: What is done about it

    private func act(_ request: KeyedRequest, _ action: KeyedRun.Action) {
        switch action {
        case .askDatabase:
            if !service.readRecord(of: request) { act(request, request.run.databaseFailed()) }
        case .publish: publish(request)
        case .record: claims.record(request)
        case .giveBack(let end, let answer):
            claims.giveBack(request, end)
            self.end(request, answer)
        case .answer(let answer): end(request, answer)
        }
    }

    private func publish(_ request: KeyedRequest) {
        let keyed = Ingest.Keyed(
            request: request.number, key: request.key, record: request.run.record, isRepeated: request.run.isResumed)
        do throws(OrderRejection) {
            if request.isBatch {
                try service.createBatch(request.body.bytes, keyed, request.token)
            } else {
                try service.create(request.body.bytes, keyed, request.token)
            }
        } catch {
            preconditionFailure("the same order was right before: \(error.message)")
        }
        stopWaiting(request)
    }

    private func end(_ request: KeyedRequest, _ answer: KeyedRun.Answer) {
        requests[request.number] = nil
        defer { stopWaiting(request) }
        let token = request.token
        switch answer {
        case .outcome: tellOutcome(request)
        case .replay: replay(request)
        case .running, .otherBody, .claimsUnreachable, .databaseUnreadable: answers.fail(answer, to: token)
        }
    }

    private func tellOutcome(_ request: KeyedRequest) {
        switch request.outcome {
        case .order(let write): answers.answer(write)
        case .batch(let status, let lines, let body, let reason):
            if let reason { answers.metrics.shed(reason) }
            answers.send(status, lines: lines, to: request.token) { buffer in
                body.withUnsafeBytes { buffer.append($0) }
            }
        case nil: preconditionFailure("no outcome to tell")
        }
    }

    /// Makes the first answer again, from the id seed.
    private func replay(_ request: KeyedRequest) {
        let (idSeed, token) = (request.run.record.idSeed, request.token)
        guard request.isBatch else {
            return answers.accept(
                .createOrder, job: idSeed.job(at: 0), order: idSeed.order(at: 0), isReplay: true, to: token)
        }
        do throws(OrderRejection) {
            let outline = try ingest.outline(request.body.bytes, idSeed: idSeed, token: token)
            answers.answer(BatchAnswer(outline.group, outline.writes[...]), isReplay: true, to: token)
        } catch {
            preconditionFailure("the same list was right before: \(error.message)")
        }
    }

    /// The body isn't needed any longer.
    private func stopWaiting(_ request: KeyedRequest) {
        guard !request.body.isEmpty else { return }
        waitingBytes -= request.body.count
        waitingCount -= request.run.orders
        request.body.release()
    }
}

extension Answers {
    fileprivate func answer(_ batch: BatchAnswer, isReplay: Bool = false, to token: ResponseToken) {
        send(batch.status, lines: isReplay ? Self.replayed : batch.headerLines, to: token) { batch.append(to: &$0) }
    }

    fileprivate func fail(_ answer: KeyedRun.Answer, to token: ResponseToken) {
        switch answer {
        case .outcome, .replay: preconditionFailure("no failure")
        case .running:
            fail(
                .conflict, "a request with this Idempotency-Key is under way", lines: Self.retryAfter, to: token)
        case .otherBody:
            fail(
                .unprocessableContent, "this Idempotency-Key belongs to a request with another body", to: token)
        case .claimsUnreachable:
            shed(.claims, "Redis can't be asked for the Idempotency-Key now; nothing was stored", to: token)
        case .databaseUnreadable:
            shed(.reads, "the database can't be asked for the Idempotency-Key now; nothing was stored", to: token)
        }
    }
}

@available(*, unavailable)
extension KeyedRequests: Sendable {}
