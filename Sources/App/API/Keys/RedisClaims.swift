import Reactor

/// Claims in Redis, for all instances, as one loop makes them.
final class RedisClaims: ClaimKeeper, RedisReplyHandler {
    /// Longer than a request can take: the claim's end by itself is for a process that has died.
    private static let claimMilliseconds: UInt64 = 30_000
    private static let ignored = UInt64.max

    private let redis: RedisClient
    /// Set once, by the service that has both.
    weak var requests: KeyedRequests?
    private var command = RedisCommand()

    init(_ redis: RedisClient) { self.redis = redis }

    func claim(_ request: KeyedRequest) {
        begin(request, keys: 2)
        command.append(OrderKey.keysSince)
        command.append(decimal: request.claim)
        append(request.run.record)
        command.append(decimal: Self.claimMilliseconds)
        command.append(decimal: IdempotencyKey.lifeMilliseconds)
        if !redis.send(.claim, command, handler: self, tag: request.number << 1) {
            requests?.claimed(request.number, .unreachable)
        }
    }

    func record(_ request: KeyedRequest) {
        begin(request, keys: 1)
        command.append(decimal: request.claim)
        append(request.run.record)
        let left = request.run.record.millisecondsLeft(now: WallClock.nanoseconds() / 1_000_000)
        command.append(decimal: max(1, left))
        if !redis.send(.recordClaim, command, handler: self, tag: request.number << 1 | 1) {
            requests?.recorded(request.number)
        }
    }

    /// When it can't be sent, the claim ends by itself, as one whose fate is unknown.
    func giveBack(_ request: KeyedRequest, _ end: ClaimEnd) {
        begin(request, keys: 1)
        command.append(decimal: request.claim)
        command.append(end == .forgotten ? "0" : "1")
        _ = redis.send(.endClaim, command, handler: self, tag: Self.ignored)
    }

    private func begin(_ request: KeyedRequest, keys: UInt64) {
        command.removeAll()
        command.append(decimal: keys)
        command.beginArgument()
        command.appendPiece("orders:idempotency:")
        request.key.bytes.withUnsafeBytes { command.appendPiece($0) }
        command.endArgument()
    }

    private func append(_ record: KeyRecord) {
        command.beginArgument()
        command.appendPieces { $0.append(hex: record.fingerprint) }
        command.endArgument()
        command.append(uuid: record.seed)
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard tag != Self.ignored, let requests else { return }
        let number = tag >> 1
        if tag & 1 == 1 { return requests.recorded(number) }
        requests.claimed(number, Self.answer(reply))
    }

    /// What the script says, in the order in which it says so.
    private static func answer(_ reply: borrowing RedisReply) -> ClaimAnswer {
        guard reply.kind == .array, reply.count == 3 else { return .unreachable }
        switch reply[0].integer {
        case 0: return .new(isSure: reply[2].integer >= Int64(IdempotencyKey.lifeMilliseconds))
        case 1: return UUID(text: reply[1].bytes).map { .resumed(seed: $0) } ?? .unreachable
        case 2: return .running
        case 3: return UUID(text: reply[1].bytes).map { .done(seed: $0) } ?? .unreachable
        case 4: return .otherBody
        default: return .unreachable
        }
    }
}
