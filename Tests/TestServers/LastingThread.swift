import Glibc
import Synchronization

/// A thread that lives as long as this process. `PR_SET_PDEATHSIG` is about the *thread* that started a child, and Swift ends
/// the threads of its pool when they have been idle for a while: a server that outlasts one test must be started from here.
package enum LastingThread {
    private struct Work: Sendable {
        var body: @Sendable () -> Void
    }

    private static let work = Mutex<[Work]>([])
    private static let arrival: Pipe = {
        let arrival = Pipe()
        ClientThread {
            var byte: UInt8 = 0
            while read(arrival.reader.raw, &byte, 1) == 1 { work.withLock { $0.removeFirst() }.body() }
        }.detach()
        return arrival
    }()

    /// Runs `body` there, and waits for it.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Outcome<Value>()
        let end = Pipe()
        work.withLock { waiting in
            waiting.append(
                Work {
                    result.value.withLock { $0 = Result { try body() } }
                    var byte: UInt8 = 0
                    write(end.writer.raw, &byte, 1)
                })
            var byte: UInt8 = 0
            write(arrival.writer.raw, &byte, 1)
        }
        var byte: UInt8 = 0
        while read(end.reader.raw, &byte, 1) < 0 && errno == EINTR {}
        guard let outcome = result.value.withLock({ $0 }) else { preconditionFailure("the thread has gone") }
        return try outcome.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, any Error>?>(nil)
    }
}
