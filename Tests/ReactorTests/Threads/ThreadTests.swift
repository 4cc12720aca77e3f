import Glibc
import Synchronization
import Testing

@testable import Reactor

@Suite("Thread")
struct ThreadTests {
    @Test(
        "a thread bears its name, of which the kernel keeps 15 bytes",
        arguments: [("worker-3", "worker-3"), ("a name that is too long", "a name that is "), ("", "")])
    func name(given: String, kept: String) throws {
        let seen = Mutex("")
        Reactor.Thread(name: given) {
            guard let file = fopen("/proc/thread-self/comm", "re") else { return }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = fread(&bytes, 1, bytes.count, file)
            let text = String(decoding: bytes[..<count], as: UTF8.self)
            seen.withLock { $0 = text }
        }.join()
        #expect(seen.withLock { $0 } == kept + "\n")
    }

    @Test("the names of all threads that run can be asked for")
    func runningNames() {
        let mayEnd = Monitor(false)
        let thread = Reactor.Thread(name: "asked-for") { _ = mayEnd.wait { $0 ? true : nil } }
        // It gives itself its name when it has begun.
        let deadline = Deadline.now().advanced(byMilliseconds: 10_000)
        while !Reactor.Thread.runningNames().contains("asked-for") && Deadline.now() < deadline { sched_yield() }
        #expect(Reactor.Thread.runningNames().contains("asked-for"))
        mayEnd.withLock { $0 = true }
        mayEnd.signal()
        thread.join()
        // The kernel lists a thread for a moment longer than one waits for it.
        let gone = Deadline.now().advanced(byMilliseconds: 10_000)
        while Reactor.Thread.runningNames().contains("asked-for") && Deadline.now() < gone { sched_yield() }
        #expect(!Reactor.Thread.runningNames().contains("asked-for"))
    }

    @Test("all signals are blocked on it, and the maker's mask is as it was")
    func signals() {
        @Sendable func blocked() -> [Int32] {
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            return (1...31).filter { sigismember(&mask, $0) == 1 }
        }
        let before = blocked()
        let inside = Mutex<[Int32]>([])
        Reactor.Thread(name: "mask") {
            let found = blocked()
            inside.withLock { $0 = found }
        }.join()
        // These two can't be blocked.
        #expect(inside.withLock { $0 } == (1...31).filter { $0 != SIGKILL && $0 != SIGSTOP })
        #expect(blocked() == before)
    }

    @Test("join returns when the thread has ended, and its work is visible then")
    func join() {
        let gate = Monitor(false)
        let isDone = Atomic(false)
        let thread = Reactor.Thread(name: "worker") {
            gate.wait { $0 ? () : nil }
            isDone.store(true, ordering: .relaxed)
        }
        let wasDone = isDone.load(ordering: .relaxed)
        gate.withLock { $0 = true }
        gate.signal()
        thread.join()
        let isDoneNow = isDone.load(ordering: .relaxed)
        #expect(!wasDone && isDoneNow)
    }
}
