import Glibc
import Synchronization
import Testing

@testable import Reactor

/// On threads of their own, whose masks are nobody else's; signals are sent to that thread alone.
@Suite("SignalSource")
struct SignalSourceTests {
    @Test("blocked signals arrive at the handler on the loop, one call each")
    func delivers() throws {
        let received = Mutex<[Int32]>([])
        Reactor.Thread(name: "signals") {
            do {
                let loop = try EventLoop()
                SignalSource.block([SIGUSR1, SIGUSR2])
                let source = try SignalSource([SIGUSR1, SIGUSR2], loop: loop) { signal in
                    received.withLock { $0.append(signal) }
                }
                loop.turnNow()
                for signal in [SIGUSR2, SIGUSR1] { pthread_kill(pthread_self(), signal) }
                loop.turnNow()
                pthread_kill(pthread_self(), SIGUSR2)
                loop.turnNow()
                loop.turnNow()
                withExtendedLifetime(source) {}
            } catch {
                Issue.record(error)
            }
        }.join()
        // Two that wait together come by number: the kernel's order for a thread's pending signals.
        #expect(received.withLock { $0 } == [SIGUSR1, SIGUSR2, SIGUSR2])
    }

    @Test("blocking adds to the thread's mask and leaves the rest of it")
    func blocks() {
        let blocked = Mutex<[Bool]>([])
        Reactor.Thread(name: "mask") {
            var none = sigset_t()
            sigemptyset(&none)
            sigaddset(&none, SIGHUP)
            pthread_sigmask(SIG_SETMASK, &none, nil)
            SignalSource.block([SIGUSR1])
            SignalSource.block([])
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            let found = [SIGHUP, SIGUSR1, SIGUSR2].map { sigismember(&mask, $0) == 1 }
            blocked.withLock { $0 = found }
        }.join()
        #expect(blocked.withLock { $0 } == [true, true, false])
    }
}
