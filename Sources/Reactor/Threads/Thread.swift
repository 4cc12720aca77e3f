import CEpoll
import Glibc

/// A named POSIX thread with all signals blocked, so that only the event loop's signalfd sees them.
package struct Thread: Sendable {
    private let handle: pthread_t

    /// Starts `body` on a new thread. `name` shows in `top -H`; the kernel keeps 15 bytes of it.
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        // The new thread inherits the mask of this one, so it is set here and put back: no signal can slip between.
        pthread_sigmask(SIG_SETMASK, &all, &before)
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, nil,
            { context in
                let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
                cepoll_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        precondition(failure == 0, "pthread_create: \(failure)")
        self.handle = handle
    }

    /// Waits until the thread has ended. At most once for each thread.
    package func join() { pthread_join(handle, nil) }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
