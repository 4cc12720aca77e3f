import CRabbitMQ
import Glibc
import Reactor

/// Finds out within a bounded time whether a name has an address: getaddrinfo(3) itself may take a resolver's many tries.
///
/// librabbitmq asks again when it connects; that answer comes from where this one has just come from.
enum NameLookup {
    /// Returns as soon as `host` is known to have an address.
    static func check(_ host: String, port: Int, until deadline: Deadline) throws(AMQPError) {
        if lookUp(host, port: port, flags: AI_NUMERICHOST) == 0 { return }
        let result = Monitor<Int32?>(nil)
        _ = Thread(name: "lookup") {
            // Nobody joins it: a look-up that nobody waits for any more ends when it ends.
            pthread_detach(pthread_self())
            let code = lookUp(host, port: port, flags: 0)
            result.withLock { $0 = code }
            result.signal()
        }
        guard let code = result.wait(until: deadline, { $0 }) else { throw .timedOut(action: "look up \(host)") }
        guard code == 0 else { throw .nameNotFound(host: host, reason: String(cString: gai_strerror(code))) }
    }

    private static func lookUp(_ host: String, port: Int, flags: Int32) -> Int32 {
        withAddresses(host, port: port, flags: flags) { _ in }
    }

    /// Connects to the host's addresses in turn, to learn why librabbitmq could not: it doesn't tell. nil when one answers.
    static func connectFailure(_ host: String, port: Int, until deadline: Deadline) -> String? {
        var failure: String? = "no address"
        _ = withAddresses(host, port: port, flags: 0) { address in
            guard failure != nil else { return }
            failure = Self.connectFailure(address, until: deadline)
        }
        return failure
    }

    private static func connectFailure(_ address: addrinfo, until deadline: Deadline) -> String? {
        let type = address.ai_socktype | CRABBITMQ_SOCK_NONBLOCK | CRABBITMQ_SOCK_CLOEXEC
        let raw = socket(address.ai_family, type, 0)
        guard raw >= 0 else { return String(cString: strerror(errno)) }
        let descriptor = FileDescriptor(owning: raw)
        if connect(descriptor.raw, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var watched = pollfd(fd: descriptor.raw, events: Int16(POLLOUT), revents: 0)
        let timeout = Int32(clamping: deadline.milliseconds(from: .now()))
        guard poll(&watched, 1, timeout) > 0 else { return "timed out" }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : String(cString: strerror(code))
    }

    private static func withAddresses(
        _ host: String, port: Int, flags: Int32, _ body: (addrinfo) -> Void
    ) -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CRABBITMQ_SOCK_STREAM
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let list else { return code }
        defer { freeaddrinfo(list) }
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let address = next {
            body(address.pointee)
            next = address.pointee.ai_next
        }
        return 0
    }
}
