import Cache
import Metrics
import Orders
import Reactor

/// Looks orders up in Redis: all that a turn asks for in one MGET, three keys each.
final class OrderLookups: RedisReplyHandler {
    private struct Question {
        let id: UUID
        let token: ResponseToken
    }

    private let redis: RedisClient?
    private let reads: DatabaseReads
    private let answers: Answers
    private var command = RedisCommand()
    private var questions: [Question] = []
    /// The questions of each MGET that Redis hasn't answered.
    private var inFlight = InFlightTable<[Question]>()
    /// Arrays for the questions of later turns.
    private var spares: [[Question]] = []

    init(redis: RedisClient?, reads: DatabaseReads, answers: Answers) {
        self.redis = redis
        self.reads = reads
        self.answers = answers
    }

    func get(_ id: UUID, _ token: ResponseToken) {
        guard let redis, redis.isConnected else { return getUncached(id, token) }
        questions.append(Question(id: id, token: token))
    }

    private func getUncached(_ id: UUID, _ token: ResponseToken) {
        answers.metrics.readOrder(from: .database)
        reads.getUncached(id, token)
    }

    func flush() {
        guard let redis, !questions.isEmpty else { return }
        command.removeAll()
        command.append("MGET")
        for question in questions {
            command.append(key: .pending, question.id)
            command.append(key: .detail, question.id)
            command.append(key: .lease, question.id)
        }
        let tag = inFlight.begin(questions)
        questions = spares.popLast() ?? []
        guard !redis.send(command, handler: self, tag: tag) else { return }
        for question in inFlight.take(tag) ?? [] { getUncached(question.id, question.token) }
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard var questions = inFlight.take(tag) else { preconditionFailure("an answer to no question") }
        let isUsable = reply.kind == .array && reply.count == 3 * questions.count
        for (index, question) in questions.enumerated() {
            guard isUsable else {
                getUncached(question.id, question.token)
                continue
            }
            let pending = reply[3 * index]
            let detail = reply[3 * index + 1]
            if pending.kind == .string {
                answers.metrics.readOrder(from: .pending)
                answers.send(.ok, pending.bytes, to: question.token)
            } else if detail.kind == .string {
                answers.metrics.readOrder(from: .cached)
                answers.send(.ok, detail.bytes, to: question.token)
            } else {
                answers.metrics.readOrder(from: .database)
                reads.get(question.id, question.token, lease: DatabaseReads.lease(reply[3 * index + 2]))
            }
        }
        questions.removeAll(keepingCapacity: true)
        spares.append(questions)
    }
}
