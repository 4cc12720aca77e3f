import CEpoll
import Glibc

/// Finds the addresses of a host. That blocks: getaddrinfo(3) may wait for a dead name server for half a minute.
///
/// On an event loop use ``LoopNameLookup``.
package enum NameLookup {
    package enum Outcome: Sendable {
        case addresses([SocketAddress])
        case failed(Failure)
    }

    /// Why a name has no address.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        /// errno, when it was the system that failed and not the name.
        let systemCode: Int32?
        /// What the resolver says.
        package let description: String
    }

    /// Finds the addresses of a name and a port; may block.
    package typealias Resolver = @Sendable (String, UInt16) -> Outcome

    /// For whom the addresses are.
    package enum Purpose: Sendable {
        case connecting
        case listening
    }

    /// Blocks for as long as the resolver takes. `host` is a name, or an address without brackets.
    package static func addresses(of host: String, port: UInt16, for purpose: Purpose = .connecting) -> Outcome {
        lookUp(host, port, flags: purpose == .listening ? AI_PASSIVE : 0)
    }

    /// Blocks until `deadline` at most; nil when the resolver has not answered by then.
    package static func addresses(of host: String, port: UInt16, until deadline: Deadline) -> Outcome? {
        let numeric = lookUp(host, port, flags: AI_NUMERICHOST)
        if case .addresses = numeric { return numeric }
        let result = Monitor<Outcome?>(nil)
        onThread(host: host, port: port) { outcome in
            result.withLock { $0 = outcome }
            result.signal()
        }
        return result.wait(until: deadline) { $0 }
    }

    /// Gives the outcome to `completion` on a thread of its own, however long it takes.
    static func onThread(
        host: String, port: UInt16, _ resolve: @escaping Resolver = { addresses(of: $0, port: $1) },
        _ completion: @escaping @Sendable (Outcome) -> Void
    ) {
        _ = Thread(name: "name-lookup") {
            // Nobody joins it: a look-up that nobody waits for any more ends when it ends.
            pthread_detach(pthread_self())
            completion(resolve(host, port))
        }
    }

    private static func lookUp(_ host: String, _ port: UInt16, flags: Int32) -> Outcome {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = CEPOLL_SOCK_STREAM
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0 else { return .failed(Failure(code)) }
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

extension NameLookup.Failure {
    /// - Parameter code: as getaddrinfo(3) returns it; errno is still what the call has left.
    fileprivate init(_ code: Int32) {
        systemCode = code == EAI_SYSTEM ? errno : nil
        description = String(cString: systemCode.map { UnsafePointer(strerror($0)) } ?? gai_strerror(code))
    }
}
