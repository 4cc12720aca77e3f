import Glibc
import TestServers
import Testing

@testable import Queue
@testable import Reactor

@Suite struct WatchdogTests {
    private let watchdog = Watchdog()
    private let pipe = Pipe()
    private let breaker = AMQPBreaker()

    init() {
        breaker.attach(pipe.reader.raw)
        watchdog.watch(breaker)
    }

    /// Returns when the socket was shut down.
    private func readToEnd() -> Bool {
        var watched = pollfd(fd: pipe.reader.raw, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 20_000) == 1 && watched.revents & Int16(POLLHUP) != 0
    }

    @Test("A call that lasts too long ends, because its socket is shut down")
    func late() {
        breaker.arm(milliseconds: 10)
        #expect(readToEnd())
        #expect(breaker.hasFired)
    }

    @Test("A call that ended in time, and one that has time yet, are left alone")
    func inTime() {
        let other = AMQPBreaker()
        let otherPipe = Pipe()
        other.attach(otherPipe.reader.raw)
        watchdog.watch(other)
        breaker.arm(milliseconds: 10)
        breaker.disarm()
        // By the time that this one is broken, the first was looked at after its deadline.
        other.arm(milliseconds: 2 * Watchdog.intervalMilliseconds)
        var watched = pollfd(fd: otherPipe.reader.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&watched, 1, 20_000) == 1)
        #expect(other.hasFired && !breaker.hasFired)
        breaker.arm(milliseconds: 3_600_000)
        breaker.check(now: .now())
        #expect(!breaker.hasFired)
    }

    @Test(
        "At the end every connection is broken, whether a call is under way or not, and so are those that are made then"
    )
    func breakAll() {
        watchdog.breakAll()
        #expect(readToEnd())
        let (other, otherPipe) = (AMQPBreaker(), Pipe())
        other.attach(otherPipe.reader.raw)
        watchdog.watch(other)
        var watched = pollfd(fd: otherPipe.reader.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&watched, 1, 20_000) == 1)
    }

    @Test("A connection that has closed its socket is not touched: the number may be somebody else's")
    func detached() {
        breaker.detach()
        breaker.arm(milliseconds: 0)
        breaker.check(now: Deadline.now().advanced(byMilliseconds: 1))
        #expect(breaker.hasFired)
        var watched = pollfd(fd: pipe.reader.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&watched, 1, 0) == 0)
    }
}
