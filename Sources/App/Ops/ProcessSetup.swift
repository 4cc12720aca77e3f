import Glibc
import Reactor

/// What is set once for the whole process, before any other thread starts.
enum ProcessSetup {
    /// The signals that end the service.
    static let stopSignals = [SIGTERM, SIGINT]

    static func prepare() {
        Heap.shareAmongThreads()
        SignalSource.block(stopSignals)
        // A log reader that has gone away, and a file size limit, are errors of the call, not ends of the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        raiseDescriptorLimit()
    }

    /// Every connection needs a descriptor, and the soft limit is 1024 on most systems.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
