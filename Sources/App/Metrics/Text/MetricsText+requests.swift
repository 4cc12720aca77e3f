import Reactor

extension MetricsText {
    package mutating func append(requests figures: LoopFigures) {
        begin(
            "http_requests_total", .counter,
            "Requests that were answered, by route (HEAD counts as GET) and status; those too whose client had gone.")
        for route in figures.routes {
            for status in HTTPStatus.allCases where route.answers(status) > 0 {
                sample(route.answers(status), ("route", route.name), ("status", "\(status.rawValue)"))
            }
        }
        begin(
            "http_request_seconds", .histogram,
            "Time from the turn of the event loop in which the first byte of a request was read to the end of the turn in "
                + "which its answer was written; with all waiting for the queue, the caches and the loop itself, without "
                + "the time that the request lay in the kernel before. Buckets are right to within 1 percent.")
        for route in figures.routes where route.latency.count > 0 {
            histogram(route.latency, bounds: Self.latencyBounds, scale: 1_000_000, ("route", route.name))
        }
        begin(
            "shed_requests_total", .counter,
            "Requests and connections that got 503, by reason: the limit that was reached, or what could not be reached."
        )
        for reason in ShedReason.allCases { sample(figures.shed(reason), ("reason", reason.name.description)) }
        begin("connections", .gauge, "Open connections of clients.")
        sample(figures.connections)
    }

    package mutating func append(orders snapshot: MetricsSnapshot) {
        let figures = snapshot.total
        begin(
            "orders_accepted_total", .counter,
            "Writes to orders that were accepted, each durable in the queue before its 202, by type of job.")
        sample(figures.writes.created, ("type", "create_order"))
        sample(figures.writes.updated, ("type", "update_order_status"))
        sample(figures.writes.deleted, ("type", "delete_order"))
        begin(
            "orders_not_accepted_total", .counter,
            "Writes to orders that the queue did not take: refused is surely not stored, unknown may be.")
        sample(figures.writes.refused, ("outcome", "refused"))
        sample(figures.writes.unknown, ("outcome", "unknown"))
        begin("orders_in_flight", .gauge, "Writes to orders that wait for the queue's answer.")
        sample(figures.inFlight)
        append(
            reads: figures.orderReads, "order_reads_total",
            "Reads of one order, by where it was found. pending: among writes that are not applied yet, on the cluster also among "
                + "those of the last TEMP_ORDER_CACHE_TTL seconds; cached: as the database had it; database: in neither."
        )
        append(
            reads: figures.listReads, "list_reads_total", "Reads of a page of the list: found in the cache, or not.",
            without: .pending)
        begin("database_reads_waiting", .gauge, "Reads that wait for a thread which reads the database.")
        sample(snapshot.waitingReads)
    }

    private mutating func append(
        reads: CacheReads, _ name: String, _ help: String, without missing: CacheLevel? = nil
    ) {
        begin(name, .counter, help)
        for level in CacheLevel.allCases where level != missing {
            sample(reads[level], ("level", level.name.description))
        }
    }
}
