import Testing

@testable import Reactor

@Suite("EndingThread")
struct EndingThreadTests {
    @Test("who waits for one that doesn't end gives up in time, and can wait again, also when it has ended")
    func impatience() {
        let mayEnd = Monitor(false)
        let thread = EndingThread()
        thread.start(name: "ending") { _ = mayEnd.wait { $0 ? true : nil } }
        #expect(!thread.join(until: .now()))
        mayEnd.withLock { $0 = true }
        mayEnd.signal()
        #expect(thread.join(until: .never) && thread.join(until: .now()))
    }

    @Test("several wait for one at once")
    func severalWaiters() {
        let mayEnd = Monitor(0)
        let thread = EndingThread()
        thread.start(name: "ending") { _ = mayEnd.wait { $0 == 4 ? true : nil } }
        let waiters = (0..<4).map { _ in
            Reactor.Thread(name: "waiter") {
                mayEnd.withLock { $0 += 1 }
                mayEnd.signal()
                thread.join(until: .never)
            }
        }
        for waiter in waiters { waiter.join() }
        #expect(thread.join(until: .now()))
    }
}
