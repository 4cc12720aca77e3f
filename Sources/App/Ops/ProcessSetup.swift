import Glibc
import Reactor

/// What is set once for the whole process, before any other thread starts.
enum ProcessSetup {
    /// Two that end the service, and SIGHUP, by which log rotation asks for a new file: it must never end a service, whether
    /// there is a log or not.
    static let signals = [SIGTERM, SIGINT, SIGHUP]

    static func prepare() {
        Heap.shareAmongThreads()
        SignalSource.block(signals)
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
