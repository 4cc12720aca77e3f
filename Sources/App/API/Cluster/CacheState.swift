import Cache
import Ingest
import Orders
import Reactor

/// What one loop knows of its Redis: how far it may be trusted, and the newest reset.
///
/// It looks for a reset once a second, because a loop that only takes new orders would not come across one.
final class CacheState: TimerHandler, RedisReplyHandler {
    private static let lookMilliseconds = 1_000
    private static let firstLookMilliseconds = 20

    private let redis: RedisClient?
    private var command = RedisCommand()
    private var hasLooked = false
    private let loop: EventLoop
    private let observer: LoopCacheObserver?
    private let ingest: Ingest
    private var current: CacheTrust

    init(loop: EventLoop, redis: RedisClient?, observer: LoopCacheObserver?, ingest: Ingest, limits: CacheLimits) {
        self.loop = loop
        self.redis = redis
        self.observer = observer
        self.ingest = ingest
        current = CacheTrust(
            temporaryTTLSeconds: limits.temporaryTTLSeconds, detailTTLSeconds: limits.detailTTLSeconds)
        if redis != nil { loop.schedule(afterMilliseconds: Self.firstLookMilliseconds, self) }
    }

    func timerFired(_ timer: TimerID) {
        loop.schedule(afterMilliseconds: hasLooked ? Self.lookMilliseconds : Self.firstLookMilliseconds, self)
        look()
    }

    /// Asks Redis for the newest reset. What is asked of Redis on this loop afterwards is answered after that.
    func look() {
        guard let redis, redis.isConnected else { return }
        command.removeAll()
        command.append("GET")
        command.append(key: .reset)
        _ = redis.send(command, handler: self, tag: InFlightTag.nobody)
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        hasLooked = hasLooked || reply.kind == .string || reply.kind == .null
        if reply.kind == .string { note(reset: reply.bytes) }
    }

    var now: Deadline { loop.now }

    /// See ``LoopCacheObserver/mayBeBackSoon(now:)``.
    var mayBeBackSoon: Bool { observer?.mayBeBackSoon(now: loop.now) ?? false }

    /// By the wall clock, since 1970.
    var nowMilliseconds: UInt64 { WallClock.nanoseconds() / 1_000_000 }

    var trust: CacheTrust {
        if let knownSince = observer?.knownSinceMilliseconds {
            current.note(
                knownSinceMilliseconds: knownSince, recoveredAtMilliseconds: observer?.recoveredAtMilliseconds,
                changes: observer?.changes ?? 0)
        }
        return current
    }

    /// `value` is what Redis has under ``RedisKey/reset``, empty for nothing. New orders get ids above it from now on.
    func note(reset value: UnsafeRawBufferPointer) {
        guard !value.isEmpty, let version = OrderVersion(hex: value), version > current.reset else { return }
        current.note(reset: version)
        ingest.raise(above: version)
    }
}
