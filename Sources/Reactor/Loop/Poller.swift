import CEpoll
import Glibc

/// The kernel's readiness queue: one epoll instance and the room for one batch of its events.
struct Poller: ~Copyable {
    /// Events taken from the kernel at once; more wait for the next turn of the loop.
    static let batchSize = 512

    private let descriptor: FileDescriptor
    private let events: UnsafeMutablePointer<epoll_event>

    init() throws(SystemError) {
        let raw = cepoll_create()
        guard raw >= 0 else { throw SystemError(call: "epoll_create1") }
        descriptor = FileDescriptor(owning: raw)
        events = .allocate(capacity: Self.batchSize)
    }

    deinit { events.deallocate() }

    func add(_ target: Int32, _ interest: Readiness, data: UInt64) throws(SystemError) {
        guard cepoll_add(descriptor.raw, target, interest.rawValue, data) == 0 else {
            throw SystemError(call: "epoll_ctl")
        }
    }

    /// Fails only when `target` is not registered or not open, which is our bug.
    func modify(_ target: Int32, _ interest: Readiness, data: UInt64) {
        let outcome = cepoll_modify(descriptor.raw, target, interest.rawValue, data)
        precondition(outcome == 0, "epoll_ctl(MOD): errno \(errno)")
    }

    func remove(_ target: Int32) {
        let outcome = cepoll_remove(descriptor.raw, target)
        precondition(outcome == 0, "epoll_ctl(DEL): errno \(errno)")
    }

    /// Sleeps until something is ready or `timeoutMilliseconds` have passed (-1: for ever); returns the number of
    /// events. Not inlined and not to be renamed: profiles subtract the time spent here as idle.
    @inline(never)
    func wait(timeoutMilliseconds: Int32) -> Int {
        while true {
            let ready = epoll_wait(descriptor.raw, events, Int32(Self.batchSize), timeoutMilliseconds)
            if ready >= 0 { return Int(ready) }
            precondition(errno == EINTR, "epoll_wait: errno \(errno)")
            // A signal that is not ours (a debugger's, say): the caller looks at its deadlines again.
            return 0
        }
    }

    /// The event at `index` of the last batch.
    func event(_ index: Int) -> (ready: Readiness, data: UInt64) {
        precondition(index >= 0 && index < Self.batchSize)
        return (Readiness(rawValue: events[index].events), events[index].data.u64)
    }
}
