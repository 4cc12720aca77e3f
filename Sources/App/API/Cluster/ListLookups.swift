import Cache
import Metrics
import Orders
import Reactor

/// Looks pages of the list up in Redis: the version and the page of that version in one round trip.
final class ListLookups: RedisReplyHandler {
    private let redis: RedisClient?
    private let reads: DatabaseReads
    private let answers: Answers
    private var command = RedisCommand()
    private var inFlight = InFlightTable<(query: ListQuery, token: ResponseToken)>()

    init(redis: RedisClient?, reads: DatabaseReads, answers: Answers) {
        self.redis = redis
        self.reads = reads
        self.answers = answers
    }

    func get(_ query: ListQuery, _ token: ResponseToken) {
        guard let redis else { return listAlone(query, token) }
        command.begin(.list)
        command.append(key: .listVersion)
        command.beginArgument()
        command.appendPiece(pageOf: query)
        command.endArgument()
        let tag = inFlight.begin((query, token))
        guard !redis.send(.list, command, handler: self, tag: tag) else { return }
        _ = inFlight.take(tag)
        listAlone(query, token)
    }

    private func listAlone(_ query: ListQuery, _ token: ResponseToken) {
        answers.metrics.readList(from: .database)
        reads.listAlone(query, token)
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard let (query, token) = inFlight.take(tag) else { preconditionFailure("an answer to no question") }
        guard reply.kind == .array, reply.count == 2 else { return listAlone(query, token) }
        let page = reply[1]
        if page.kind == .string {
            answers.metrics.readList(from: .cached)
            answers.send(.ok, page.bytes, to: token)
        } else {
            answers.metrics.readList(from: .database)
            let missed = ClusterFlights.Page(version: [UInt8](reply[0].bytes), query: query)
            guard let body = reads.list(missed, token) else { return }
            body.withUnsafeBytes { answers.send(.ok, $0, to: token) }
        }
    }
}
