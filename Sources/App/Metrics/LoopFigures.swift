/// What one event loop has counted since it started, or all of them together. A copy that may leave its thread.
package struct LoopFigures: Sendable {
    /// By ``RouteLabel/number``; empty where no loop has told anything yet.
    package var routes: [RouteFigures]
    /// By ``ShedReason``.
    package var shed = [UInt64](repeating: 0, count: ShedReason.allCases.count)
    package var writes = WriteCounts()
    /// Of single orders.
    package var orderReads = CacheReads()
    /// Of pages of the list.
    package var listReads = CacheReads()

    // Turns of the loop.
    var stalledNanoseconds: UInt64 = 0
    /// The longest of the last minute or two.
    var longestTurnNanoseconds: UInt64 = 0

    // At this moment.
    package var connections = 0
    /// Writes that wait for the queue's answer.
    package var inFlight = 0
    /// To Redis; nil without a cache there.
    package var redisConnections: Int?

    package init(routeNames: [String] = []) { routes = routeNames.map { RouteFigures(name: $0) } }

    package mutating func add(_ other: LoopFigures) {
        if routes.isEmpty {
            routes = other.routes
        } else {
            for (index, route) in other.routes.enumerated() { routes[index].add(route) }
        }
        for index in shed.indices { shed[index] &+= other.shed[index] }
        writes.add(other.writes)
        orderReads.add(other.orderReads)
        listReads.add(other.listReads)
        stalledNanoseconds &+= other.stalledNanoseconds
        longestTurnNanoseconds = max(longestTurnNanoseconds, other.longestTurnNanoseconds)
        connections += other.connections
        inFlight += other.inFlight
        if let more = other.redisConnections { redisConnections = (redisConnections ?? 0) + more }
    }

    package func shed(_ reason: ShedReason) -> UInt64 { shed[Int(reason.rawValue)] }

    /// Microseconds, of all routes.
    var allLatencies: ValueHistogram {
        routes.reduce(into: ValueHistogram(upTo: RouteFigures.longestMicroseconds)) { $0.add($1.latency) }
    }
}

/// Writes that the queue has decided about.
package struct WriteCounts: Equatable, Sendable {
    // Accepted: durable, and told so to whoever asked.
    package var created: UInt64
    package var updated: UInt64
    package var deleted: UInt64
    /// Surely not in the queue.
    package var refused: UInt64
    /// In the queue or not: nobody knows.
    package var unknown: UInt64 = 0

    package init(created: UInt64 = 0, updated: UInt64 = 0, deleted: UInt64 = 0, refused: UInt64 = 0) {
        self.created = created
        self.updated = updated
        self.deleted = deleted
        self.refused = refused
    }

    package var accepted: UInt64 { created &+ updated &+ deleted }

    package mutating func add(_ other: WriteCounts) {
        created &+= other.created
        updated &+= other.updated
        deleted &+= other.deleted
        refused &+= other.refused
        unknown &+= other.unknown
    }
}
