/// Finds the connection that has idled the longest, for when there is no room for another one.
///
/// Nothing is kept up to date for that while requests are served. Only when room is short are all connections looked
/// at, once in an interval, and the list of those that idle is used up from its old end.
struct IdleConnections {
    private struct Idler {
        let connection: Registration
        let since: Deadline
    }

    /// Connections that idled at the last look, the longest last. They may have been used since.
    private var idlers: [Idler] = []
    private var nextLook = Deadline(nanoseconds: 0)

    /// The next connection to end; nil when none has idled for long enough, or none is known now.
    mutating func takeLongest(
        among connections: ContiguousArray<HTTPConnection?>, now: Deadline, _ limits: HTTPServerLimits
    ) -> HTTPConnection? {
        if idlers.isEmpty && now >= nextLook {
            nextLook = now.advanced(byMilliseconds: limits.sweepIntervalMilliseconds)
            look(connections, now: now, limits.idleShortageMilliseconds)
        }
        while let idler = idlers.popLast() {
            // It may have ended, and its descriptor be another's, or have had a request since.
            if let connection = connections[Int(idler.connection.descriptor)],
                connection.registration == idler.connection, connection.isIdle, connection.since == idler.since
            {
                return connection
            }
        }
        return nil
    }

    private mutating func look(
        _ connections: ContiguousArray<HTTPConnection?>, now: Deadline, _ shortestMilliseconds: Int
    ) {
        for case let connection? in connections where connection.isIdle {
            let since = connection.since
            guard since.advanced(byMilliseconds: shortestMilliseconds) <= now else { continue }
            idlers.append(Idler(connection: connection.registration, since: since))
        }
        idlers.sort { $0.since > $1.since }
    }
}
