import Glibc

@testable import Reactor

/// A clock that stands still until it is moved.
final class ManualClock {
    private(set) var now = Deadline(nanoseconds: 1_000_000_000)

    func advance(milliseconds: Int) { now = now.advanced(byMilliseconds: milliseconds) }
}

/// A pipe whose reading end is what a loop watches. Both ends are closed when it goes.
final class TestPipe {
    let readEnd: Int32
    let writeEnd: Int32

    init() {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0, "pipe: errno \(errno)")
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Makes the reading end ready; it stays so until ``empty()``.
    func fill() {
        var byte: UInt8 = 1
        precondition(write(writeEnd, &byte, 1) == 1)
    }

    func empty() {
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = read(readEnd, &bytes, bytes.count)
    }
}

/// Whatever a loop can call, as one closure.
final class Callback: EventHandler, DeferredTask, FlushHook, ReapHook, TimerHandler {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    func descriptorReady(_ ready: Readiness) { body() }
    func runDeferred() { body() }
    func flush() { body() }
    func reap() { body() }
    func timerFired(_ timer: TimerID) { body() }
}

extension EventLoop {
    /// One turn that doesn't wait.
    func turnNow() { turn(longestWaitMilliseconds: 0) }
}
