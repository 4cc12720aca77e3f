import CEpoll
import Glibc

/// Who asked for a name. Called on the loop's thread.
protocol NameLookupOwner: AnyObject {
    func lookupEnded(_ outcome: NameLookup.Outcome)
}

/// Looks a name up on a thread of its own: getaddrinfo(3) may wait for a dead name server for half a minute.
///
/// A thread for each look-up, at most one at a time: there is one for each attempt to connect, and those are rare.
final class NameLookup: EventHandler {
    enum Outcome: Sendable {
        case addresses([SocketAddress])
        /// What the resolver says.
        case failed(String)
    }

    private let results: Mailbox<Outcome>
    private var received: [Outcome] = []
    private unowned let owner: any NameLookupOwner
    private(set) var isRunning = false

    init(loop: EventLoop, owner: any NameLookupOwner) throws(SystemError) {
        self.owner = owner
        results = try Mailbox(capacity: 1)
        _ = try loop.register(results.descriptor, .read, self)
    }

    /// The owner is told when it has ended, however long that takes.
    func start(host: String, port: UInt16) {
        precondition(!isRunning)
        isRunning = true
        _ = Thread(name: "redis-lookup") { [results] in
            // Nobody joins it: it may outlive the loop.
            pthread_detach(pthread_self())
            _ = results.post(Self.addresses(of: host, port: port))
        }
    }

    func descriptorReady(_ ready: Readiness) {
        results.drain(into: &received)
        guard let outcome = received.popLast() else { return }
        isRunning = false
        owner.lookupEnded(outcome)
    }

    /// Blocks.
    static func addresses(of host: String, port: UInt16) -> Outcome {
        var hints = addrinfo()
        hints.ai_socktype = CEPOLL_SOCK_STREAM
        var found: UnsafeMutablePointer<addrinfo>?
        let outcome = getaddrinfo(host, String(port), &hints, &found)
        guard outcome == 0 else {
            let reason = outcome == EAI_SYSTEM ? strerror(errno) : UnsafeMutablePointer(mutating: gai_strerror(outcome))
            return .failed(reason.map { String(cString: $0) } ?? "error \(outcome)")
        }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var next = found
        while let info = next {
            addresses.append(SocketAddress(info.pointee))
            next = info.pointee.ai_next
        }
        return .addresses(addresses)
    }
}
