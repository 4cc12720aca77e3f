import Synchronization

@testable import Reactor

/// A name that means what the test says, and how often it was looked up.
final class MovingName: Sendable {
    private let ports: Mutex<[UInt16]>
    private let count = Atomic(0)

    /// Every port is one of this machine's, in the order of the addresses.
    init(_ ports: UInt16...) { self.ports = Mutex(ports) }

    func move(to ports: UInt16...) { self.ports.withLock { $0 = ports } }

    var lookups: Int { count.load(ordering: .sequentiallyConsistent) }

    /// For the settings of a client.
    var resolve: NameLookup.Resolver {
        { [self] _, _ in
            count.add(1, ordering: .sequentiallyConsistent)
            var found: [SocketAddress] = []
            for port in ports.withLock({ $0 }) {
                guard case .addresses(let some) = NameLookup.addresses(of: "127.0.0.1", port: port) else { continue }
                found += some
            }
            return .addresses(found)
        }
    }
}
