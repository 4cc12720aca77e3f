package import CRabbitMQ
import Glibc
import Reactor

/// Limits of one connection to the broker.
package struct AMQPSettings: Sendable {
    /// TCP, TLS and login in all.
    var handshakeMilliseconds: Int
    /// Asked of the broker, which may ask for less; the connection is lost when nothing came for twice as long.
    var heartbeatSeconds: Int
    /// A call that asks something of the broker and waits for its answer, say to declare a queue.
    var callMilliseconds: Int
    /// A publish or an acknowledgement, which wait only while the socket takes nothing.
    var writeMilliseconds = 2_000

    package init(handshakeMilliseconds: Int = 2_000, heartbeatSeconds: Int = 10, callMilliseconds: Int = 5_000) {
        self.handshakeMilliseconds = handshakeMilliseconds
        self.heartbeatSeconds = heartbeatSeconds
        self.callMilliseconds = callMilliseconds
    }
}

/// A connection to the broker: librabbitmq with its waits bounded, its memory owned, its frames turned into
/// ``AMQPEvent``s.
///
/// One thread uses it; nothing happens but in calls, heartbeats included. After an error that isn't
/// ``AMQPError/leavesConnection`` it is of no more use: let go of it, which closes the socket without a word, since a
/// closing handshake on a network that is in trouble hangs. Every call that can block is watched: see ``Watchdog``.
package final class AMQPConnection {
    static let frameBytes = 128 << 10

    package let endpoint: BrokerEndpoint
    package let settings: AMQPSettings
    /// By which other threads can break the connection.
    let breaker: AMQPBreaker
    package let state: amqp_connection_state_t
    /// Deliveries and returns of which the last part has not come yet, one for each channel.
    var assemblies: [AMQPAssembly] = []
    /// The connection failed; no farewell will be sent.
    var isBroken = false

    /// `state` is logged in.
    package init(state: amqp_connection_state_t, endpoint: BrokerEndpoint, settings: AMQPSettings, breaker: AMQPBreaker)
    {
        self.state = state
        self.endpoint = endpoint
        self.settings = settings
        self.breaker = breaker
    }

    deinit {
        Self.drop(state, breaker)
    }

    /// Closes the socket at once. What the kernel has not sent yet is thrown away: it must not reach the broker after
    /// what a later connection publishes.
    package static func drop(_ state: amqp_connection_state_t, _ breaker: AMQPBreaker) {
        breaker.disarm()
        breaker.detach()
        let descriptor = amqp_get_sockfd(state)
        if descriptor >= 0 {
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        }
        amqp_destroy_connection(state)
    }

    /// Says goodbye if nothing is wrong, so that the broker's log has nothing to complain about. Then only `deinit` is
    /// left.
    package func close() {
        guard !isBroken else { return }
        isBroken = true
        breaker.arm(milliseconds: settings.writeMilliseconds)
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
        breaker.disarm()
    }

    /// To poll for input together with other descriptors. Not before ``hasBufferedInput`` is false.
    package var descriptor: Int32 { amqp_get_sockfd(state) }

    /// Something is here already, of which a poll would not tell.
    var hasBufferedInput: Bool { amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

    /// At least so often must ``nextEvent(until:bodies:)`` be called, for the heartbeats.
    package var serviceIntervalMilliseconds: Int { max(1, Int(amqp_get_heartbeat(state))) * 500 }

    /// Waits until the socket takes something; false when it didn't in time.
    func canWrite(within milliseconds: Int) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // An error or a hang-up counts: the write will tell.
        return poll(&watched, 1, Int32(clamping: milliseconds)) > 0
    }

    /// Runs a call that may block for up to `milliseconds`; after that the watchdog breaks the connection.
    package func watched<Result>(_ milliseconds: Int, _ call: () -> Result) -> Result {
        breaker.arm(milliseconds: milliseconds)
        defer { breaker.disarm() }
        return call()
    }

    /// The connection is of no more use.
    package func failure(_ status: Int32, _ action: String) -> AMQPError {
        isBroken = true
        return breaker.hasFired ? .timedOut(action: action) : Self.failure(status, action)
    }

    package static func failure(_ status: Int32, _ action: String) -> AMQPError {
        if status == AMQP_STATUS_TIMEOUT.rawValue { return .timedOut(action: action) }
        return .connectionLost(reason: "\(action): \(String(cString: amqp_error_string2(status)))")
    }
}

@available(*, unavailable) extension AMQPConnection: Sendable {}
