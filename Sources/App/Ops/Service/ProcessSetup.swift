import Glibc
import Reactor

/// What is set once for the whole process, before any other thread starts.
enum ProcessSetup {
    /// Two that end the service; SIGHUP, by which log rotation asks for a new file, and which must never end a service,
    /// whether there is a log or not; and two that change the log's level.
    static let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2]

    static func prepare() {
        Heap.shareAmongThreads()
        SignalSource.block(signals)
        // A log reader that has gone away, and a file size limit, are errors of the call, not ends of the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // As process 1 of a container it inherits orphans; the kernel takes them away when nobody wants to know their
        // end.
        signal(SIGCHLD, SIG_IGN)
        raiseDescriptorLimit()
    }

    /// From now on another signal to stop ends the process at once, whatever its threads are doing: the main thread may
    /// be waiting for one that hangs. On the main thread; all others have every signal blocked.
    static func exitAtNextSignal() {
        let endings = [SIGTERM, SIGINT]
        // The queue is made for an end at any moment. _exit(2) is one of the few things that a handler may call.
        for ending in endings { signal(ending) { _ in _exit(1) } }
        SignalSource.unblock(endings)
    }

    /// Every connection needs a descriptor, and the soft limit is 1024 on most systems.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
