/// Who asked for a name. Called on the loop's thread.
protocol LoopNameLookupOwner: AnyObject {
    func lookupEnded(_ outcome: NameLookup.Outcome)
}

/// Looks names up for an event loop, which doesn't wait meanwhile.
///
/// A thread for each look-up, at most one at a time: there is one for each attempt to connect, and those are rare.
final class LoopNameLookup: EventHandler {
    private let results: Mailbox<NameLookup.Outcome>
    private var received: [NameLookup.Outcome] = []
    private let resolve: NameLookup.Resolver
    private unowned let owner: any LoopNameLookupOwner
    private(set) var isRunning = false

    init(
        loop: EventLoop, owner: any LoopNameLookupOwner,
        resolve: @escaping NameLookup.Resolver = { NameLookup.addresses(of: $0, port: $1) }
    ) throws(SystemError) {
        self.resolve = resolve
        self.owner = owner
        results = try Mailbox(capacity: 1)
        _ = try loop.register(results.descriptor, .read, self)
    }

    /// The owner is told when the look-up has ended, however long that takes. The thread may outlive the loop.
    func start(host: String, port: UInt16) {
        precondition(!isRunning)
        isRunning = true
        NameLookup.onThread(host: host, port: port, resolve) { [results] in _ = results.post($0) }
    }

    func descriptorReady(_ ready: Readiness) {
        results.drain(into: &received)
        guard let outcome = received.popLast() else { return }
        isRunning = false
        owner.lookupEnded(outcome)
    }
}
