import CRabbitMQ
import Glibc
import Reactor

extension AMQPConnection {
    /// Connects, and logs in; within ``AMQPSettings/handshakeMilliseconds`` in all.
    ///
    /// - Parameter name: shown by the broker's tools, say `spillway publisher`.
    package static func open(
        _ endpoint: BrokerEndpoint, name: String, settings: AMQPSettings = AMQPSettings(), watchdog: Watchdog
    ) throws(AMQPError) -> AMQPConnection {
        let deadline = Deadline.now().advanced(byMilliseconds: settings.handshakeMilliseconds)
        try lookUp(endpoint, until: deadline)
        guard let state = amqp_new_connection() else { fatalError("out of memory") }
        let breaker = AMQPBreaker()
        do throws(AMQPError) {
            try connect(state, endpoint, until: deadline)
            breaker.attach(amqp_get_sockfd(state))
            watchdog.watch(breaker)
            breaker.arm(milliseconds: deadline.milliseconds(from: .now()) + Watchdog.intervalMilliseconds)
            try logIn(state, endpoint, name: name, settings, until: deadline)
            breaker.disarm()
        } catch {
            drop(state, breaker)
            throw error
        }
        setCallLimit(state, settings.callMilliseconds)
        return AMQPConnection(state: state, endpoint: endpoint, settings: settings, breaker: breaker)
    }

    /// Finds out in a bounded time whether the host has an address. librabbitmq asks again when it connects; that
    /// answer comes from where this one has just come from.
    private static func lookUp(_ endpoint: BrokerEndpoint, until deadline: Deadline) throws(AMQPError) {
        switch NameLookup.addresses(of: endpoint.host, port: UInt16(clamping: endpoint.port), until: deadline) {
        case .addresses: return
        case .failed(let failure): throw .nameNotFound(host: endpoint.host, reason: failure.description)
        case nil: throw .timedOut(action: "look up \(endpoint.host)")
        }
    }

    private static func connect(
        _ state: amqp_connection_state_t, _ endpoint: BrokerEndpoint, until deadline: Deadline
    ) throws(AMQPError) {
        if let anchors = endpoint.tls { return try connectTLS(state, endpoint, anchors, until: deadline) }
        guard let socket = amqp_tcp_socket_new(state) else { fatalError("out of memory") }
        let status = openSocket(socket, endpoint, until: deadline)
        if status != 0 { throw connectError(endpoint, status, until: deadline) }
    }

    private static func connectTLS(
        _ state: amqp_connection_state_t, _ endpoint: BrokerEndpoint, _ anchors: TrustAnchors, until deadline: Deadline
    ) throws(AMQPError) {
        guard let socket = amqp_ssl_socket_new(state) else { fatalError("out of memory") }
        // Needed by the handshake only; nothing asks the peer for a certificate again later.
        let reason = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        reason.initialize(to: 0)
        defer {
            crabbitmq_forget_reason(socket)
            reason.deallocate()
        }
        guard crabbitmq_verify(socket, endpoint.host, anchors.file, reason) == 1 else {
            throw .tlsRefused(
                address: endpoint.address, reason: "the CA file \(anchors.file ?? "of the system") can't be read")
        }
        let status = openSocket(socket, endpoint, until: deadline)
        guard status != 0 else { return }
        if reason.pointee != 0 {
            let text = String(cString: crabbitmq_verification_text(reason.pointee))
            throw .tlsRefused(address: endpoint.address, reason: text)
        }
        if status == AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue {
            throw .tlsRefused(address: endpoint.address, reason: "the handshake failed")
        }
        throw connectError(endpoint, status, until: deadline)
    }

    private static func openSocket(
        _ socket: OpaquePointer, _ endpoint: BrokerEndpoint, until deadline: Deadline
    ) -> Int32 {
        var timeout = timeval(milliseconds: deadline.milliseconds(from: .now()))
        return amqp_socket_open_noblock(socket, endpoint.host, Int32(endpoint.port), &timeout)
    }

    private static func connectError(_ endpoint: BrokerEndpoint, _ status: Int32, until deadline: Deadline) -> AMQPError
    {
        if status == AMQP_STATUS_TIMEOUT.rawValue {
            return .connectFailed(address: endpoint.address, reason: "timed out")
        }
        let reason = connectFailure(endpoint, until: deadline)
        return .connectFailed(
            address: endpoint.address, reason: reason ?? String(cString: amqp_error_string2(status)))
    }

    /// Why librabbitmq could not connect, which it doesn't tell; nil when one of the host's addresses answers.
    private static func connectFailure(_ endpoint: BrokerEndpoint, until deadline: Deadline) -> String? {
        var failure: String? = "no address"
        let outcome = NameLookup.addresses(of: endpoint.host, port: UInt16(clamping: endpoint.port))
        guard case .addresses(let addresses) = outcome else { return failure }
        for address in addresses where failure != nil { failure = address.connectFailure(until: deadline) }
        return failure
    }

    private static func logIn(
        _ state: amqp_connection_state_t, _ endpoint: BrokerEndpoint, name: String, _ settings: AMQPSettings,
        until deadline: Deadline
    ) throws(AMQPError) {
        var limit = timeval(milliseconds: deadline.milliseconds(from: .now()))
        amqp_set_handshake_timeout(state, &limit)
        var arena = AMQPArena()
        defer { arena.free() }
        var properties = arena.table([
            AMQPField(name: "connection_name", value: .text(name)),
            AMQPField(
                name: "capabilities",
                value: .table([
                    AMQPField(name: "connection.blocked", value: .boolean(true)),
                    AMQPField(name: "consumer_cancel_notify", value: .boolean(true)),
                    AMQPField(name: "publisher_confirms", value: .boolean(true)),
                    AMQPField(name: "basic.nack", value: .boolean(true)),
                ])),
        ])
        let reply = crabbitmq_login(
            state, endpoint.virtualHost, Int32(frameBytes), Int32(settings.heartbeatSeconds), &properties,
            endpoint.user, endpoint.password)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            let close = CloseReason(reply.reply)
            if close.code == AMQP_ACCESS_REFUSED {
                throw .loginRefused(address: endpoint.address, user: endpoint.user)
            }
            throw .closedByBroker(code: close.code, text: close.text)
        default:
            if reply.library_error == AMQP_STATUS_TIMEOUT.rawValue {
                throw .timedOut(action: "log in at \(endpoint.address)")
            }
            throw failure(reply.library_error, "log in at \(endpoint.address)")
        }
    }

    private static func setCallLimit(_ state: amqp_connection_state_t, _ milliseconds: Int) {
        var limit = timeval(milliseconds: milliseconds)
        amqp_set_rpc_timeout(state, &limit)
    }
}

extension timeval {
    init(milliseconds: Int) {
        self.init(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
    }
}
