import CEpoll
import Glibc

/// Delivers signals on an event loop by signalfd(2), where handlers may do anything.
package final class SignalSource: EventHandler {
    private let source: FileDescriptor
    private let onSignal: (Int32) -> Void

    /// Blocks `signals` for this thread. Call before other threads start: they inherit the mask, and a signal that some
    /// thread leaves unblocked would be handled there instead.
    package static func block(_ signals: [Int32]) {
        var set = Self.set(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Lets `signals` interrupt this thread again, as their handlers have it.
    package static func unblock(_ signals: [Int32]) {
        var set = Self.set(of: signals)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Watches `signals`, which must be blocked already, for the life of the loop.
    package init(_ signals: [Int32], loop: EventLoop, onSignal: @escaping (Int32) -> Void) throws(SystemError) {
        var set = Self.set(of: signals)
        let raw = cepoll_signalfd(&set)
        guard raw >= 0 else { throw SystemError(call: "signalfd") }
        source = FileDescriptor(owning: raw)
        self.onSignal = onSignal
        _ = try loop.register(raw, .read, self)
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    package func descriptorReady(_ ready: Readiness) {
        while true {
            let signal = cepoll_next_signal(source.raw)
            guard signal > 0 else { return }
            onSignal(signal)
        }
    }
}
