import Glibc
import Synchronization

/// Runs `body` on `count` threads of their own, with the numbers from 0, and returns when all have ended.
///
/// Blocking clients must not sit on the few threads of Swift's pool. Throws the first error that one of them threw.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    try ThreadGroup(count, body).join()
}

/// Threads that have been started, and are to be joined.
package struct ThreadGroup {
    private let threads: [ClientThread]
    private let failures = FirstFailure()

    package init(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) {
        threads = (0..<count).map { [failures] number in
            ClientThread {
                do { try body(number) } catch { failures.note(error) }
            }
        }
    }

    /// Waits until all have ended; once. Throws the first error that one of them threw.
    package func join() throws {
        for thread in threads { thread.join() }
        if let error = failures.first { throw error }
    }
}

private final class FirstFailure: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    var first: (any Error)? { error.withLock { $0 } }

    func note(_ failure: any Error) { error.withLock { $0 = $0 ?? failure } }
}

/// A thread that runs `body` once.
package struct ClientThread: Sendable {
    private let handle: pthread_t

    package init(_ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(body))
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, nil,
            { context in
                Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        precondition(failure == 0, "pthread_create: \(failure)")
        self.handle = handle
    }

    /// Waits for its end; once, and not after ``detach()``.
    package func join() { pthread_join(handle, nil) }

    /// Nobody will wait for it.
    package func detach() { pthread_detach(handle) }

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
