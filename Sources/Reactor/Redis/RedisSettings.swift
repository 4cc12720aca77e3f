/// Limits and time limits of one ``RedisClient``.
package struct RedisSettings: Sendable {
    /// How long a connection may take from its first packet to the last answer of the handshake.
    package var connectMilliseconds = 500
    /// How long a connection with TLS may take from its first packet to the last answer of the handshake.
    package var tlsConnectMilliseconds = 1000
    /// The oldest command without a reply may be this old; then the connection is given up.
    package var commandMilliseconds = 500
    /// A connection that had no reply for so long is sent a PING. Together with the time for its answer that is less
    /// than a second.
    package var idleMilliseconds = 500
    /// How long the answer to a PING may take.
    package var pingMilliseconds = 400
    /// How often the server is asked whether it is still a primary. That is one INFO, which takes 3 microseconds of
    /// Redis' time.
    package var roleMilliseconds = 1000
    package var firstRetryMilliseconds = 50
    package var longestRetryMilliseconds = 1000

    /// Commands without a reply; more are not taken.
    package var pendingCommands = 65536
    /// Bytes that the socket didn't take yet; with more no command is taken.
    package var unsentBytes = 64 << 20
    /// Bytes of one reply; a longer one ends the connection.
    package var replyBytes = 64 << 20
    package var replyElements = 1 << 20

    /// Lua texts that every connection loads before anything else is sent. A ``RedisScript`` is an index in here.
    package var scripts: [String] = []

    /// Finds the addresses of a name, on a thread of its own. Tests give names another meaning while they run.
    var resolve: NameLookup.Resolver = { NameLookup.addresses(of: $0, port: $1) }

    package init() {}
}

/// One of ``RedisSettings/scripts``.
package struct RedisScript: Sendable, Equatable {
    package let index: Int

    package init(index: Int) { self.index = index }
}

/// What a client's observer is told.
package enum RedisState: Equatable, Sendable {
    /// To that server. Between two that differ there is always a `down`.
    case connected(RedisIdentity)
    /// One sentence for an operator, without secrets.
    case down(reason: String)
}

/// Who is told when a client's state changes. Called on the loop's thread.
package protocol RedisObserver: AnyObject {
    /// Once for each change; the reason why a connection can't be had may change too.
    func redisStateChanged(_ state: RedisState)
}
