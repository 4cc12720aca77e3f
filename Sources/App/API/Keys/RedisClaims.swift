import Cache
import Orders
import Reactor

/// Claims in Redis, for all instances, as one loop makes them.
final class RedisClaims: ClaimStore, RedisReplyHandler {
    /// Longer than a request can take: the claim's end by itself is for a process that has died.
    private static let claimMilliseconds: UInt64 = 30_000

    /// What Redis was asked about a request, which is named by its number.
    private enum Asked {
        case claim(UInt64)
        case record(UInt64)
    }

    private let redis: RedisClient
    /// Set once, by the service that has both.
    weak var requests: KeyedRequests?
    private var command = RedisCommand()
    private var inFlight = InFlightTable<Asked>()

    init(_ redis: RedisClient) { self.redis = redis }

    func claim(_ request: KeyedRequest) {
        begin(.claim, request)
        command.append(key: .claimsSince)
        command.append(decimal: request.claim)
        append(request.run.record)
        command.append(decimal: Self.claimMilliseconds)
        command.append(decimal: IdempotencyKey.lifeMilliseconds)
        if !send(.claim, .claim(request.number)) { requests?.claimed(request.number, .unreachable) }
    }

    func record(_ request: KeyedRequest) {
        begin(.recordClaim, request)
        command.append(decimal: request.claim)
        append(request.run.record)
        let left = request.run.record.millisecondsLeft(now: WallClock.nanoseconds() / 1_000_000)
        command.append(decimal: max(1, left))
        if !send(.recordClaim, .record(request.number)) { requests?.recorded(request.number) }
    }

    /// When it can't be sent, the claim ends by itself, as one whose fate is unknown.
    func giveBack(_ request: KeyedRequest, _ end: ClaimEnd) {
        begin(.endClaim, request)
        command.append(decimal: request.claim)
        command.append(end == .forgotten ? "0" : "1")
        _ = redis.send(.endClaim, command, handler: self, tag: InFlightTag.nobody)
    }

    private func begin(_ script: CacheScript, _ request: KeyedRequest) {
        command.begin(script)
        command.append(claimOf: request.key)
    }

    /// Sends the command; false when Redis takes none.
    private func send(_ script: CacheScript, _ asked: Asked) -> Bool {
        let tag = inFlight.begin(asked)
        if redis.send(script, command, handler: self, tag: tag) { return true }
        _ = inFlight.take(tag)
        return false
    }

    private func append(_ record: KeyRecord) {
        command.beginArgument()
        command.appendPieces { $0.append(hex: record.fingerprint) }
        command.endArgument()
        command.append(uuid: record.idSeed)
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard let asked = inFlight.take(tag), let requests else { return }
        switch asked {
        case .claim(let number): requests.claimed(number, Self.answer(reply))
        case .record(let number): requests.recorded(number)
        }
    }

    /// What the script says, in the order in which it says so.
    private static func answer(_ reply: borrowing RedisReply) -> ClaimAnswer {
        guard reply.kind == .array, reply.count == 3 else { return .unreachable }
        switch reply[0].integer {
        case 0: return .new(isSure: reply[2].integer >= Int64(IdempotencyKey.lifeMilliseconds))
        case 1: return UUID(text: reply[1].bytes).map { .resumed(idSeed: $0) } ?? .unreachable
        case 2: return .running
        case 3: return UUID(text: reply[1].bytes).map { .done(idSeed: $0) } ?? .unreachable
        case 4: return .otherBody
        default: return .unreachable
        }
    }
}
