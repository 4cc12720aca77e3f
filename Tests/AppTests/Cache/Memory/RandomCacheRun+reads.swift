import Reactor

@testable import Cache
@testable import Orders

/// The reads of a random sequence, and what is compared.
extension RandomCacheRun {
    mutating func lookup(_ id: UUID) {
        let found = harness.readWithBase(id)
        note("lookup \(name(id)): \(found.shown)")
        expect(found.shown, shown(model.live(id, harness.seconds)))
        if let base = found.base { checkTruth(id, found.shown, base, since: histories[id]!.moment) }
    }

    mutating func join(_ id: UUID) {
        lastTicket += 1
        let ticket = lastTicket
        let moment = histories[id]!.moment
        asked[ticket] = Asked(id: id, moment: moment)
        let result = harness.join(id, ticket: ticket)
        note("join \(name(id)): \(result)")
        let entry = model.live(id, harness.seconds)
        if entry?.name != nil {
            expect(result, shown(entry))
            let found = harness.readWithBase(id)
            expect(found.shown, result)
            checkTruth(id, result, found.base, since: moment)
        } else if let flight = model.attached(id) {
            expect(result, .joined)
            model.flights[flight]!.tickets.append(ticket)
        } else if case .started(let flight) = result {
            model.flights[flight] = CacheModel.Flight(id: id, overlay: entry, tickets: [ticket])
        } else {
            failure = "expected a flight to start, but \(result)"
        }
    }

    /// The reader's query runs: from here on its answer is fixed, whatever happens before it is handed in.
    mutating func query() {
        guard let flight = someFlight(), queried[flight] == nil else { return }
        queried[flight] = histories[model.flights[flight]!.id]!.row
    }

    mutating func complete() {
        if let flight = someFlight() { complete(flight) }
    }

    mutating func complete(_ id: FlightID) {
        let flight = model.flights[id]!
        let row = queried.removeValue(forKey: id) ?? histories[flight.id]!.row
        let answer = hand(row, to: id)
        note("complete \(name(flight.id)) with \(row): \(answer.shown)")
        let entry = model.complete(flight, row, harness.seconds)
        model.flights[id] = nil
        expect(answer.shown, entry == nil ? .notFound : shown(entry))
        if harness.waiters.map(\.ticket) != flight.tickets { failure = "other waiters: \(harness.waiters)" }
        for ticket in flight.tickets {
            checkTruth(flight.id, answer.shown, answer.base, since: asked[ticket]!.moment)
        }
    }

    private mutating func hand(_ row: OrderHistory.Row, to flight: FlightID) -> (shown: Shown, base: HeldBase?) {
        switch row {
        case .found(let name, let status, let number):
            harness.completeWithBase(flight, SampleOrder(name: name, status: status), number)
        case .missing(let since): harness.complete(flight, .missing(since: version(since)))
        }
    }

    /// When all has come to its end.
    mutating func compareWithDatabase(_ id: UUID) {
        let row = histories[id]!.row
        var found = harness.readWithBase(id)
        if found.base == nil {
            guard let flight = harness.start(id) else { return failure = "a flight was left behind" }
            found = hand(row, to: flight)
        }
        switch row {
        case .missing: expect(found.shown, .notFound)
        case .found(let name, let status, let number):
            expect(found.shown, .order(SampleOrder(name: name, status: status).text))
            if found.base?.found.version != version(number) { failure = "the end has another version than \(number)" }
        }
    }

    func name(_ id: UUID) -> String { "#\(ids.firstIndex(of: id)!)" }

    private func shown(_ entry: CacheModel.Entry?) -> Shown {
        guard let entry else { return .nothing }
        guard let name = entry.name else {
            return entry.isDeleting ? .deletingOverlay : .overlay("\"\(entry.status)\"")
        }
        let text = SampleOrder(name: name, status: entry.status).text
        return entry.isDeleting ? .deletingOrder(text) : .order(text)
    }

    private mutating func checkTruth(
        _ id: UUID, _ shown: Shown, _ base: HeldBase?, since moment: OrderHistory.Moment
    ) {
        let number = base.map { Self.number(of: $0.found.version) }
        if let objection = histories[id]!.objection(to: shown, number, since: moment) {
            failure = failure ?? "\(name(id)) is shown as \(shown): \(objection)"
        }
        guard let base, let number else { return }
        histories[id]!.show(number)
        if Bool.random(using: &random) { held.append((id, base)) }
    }

    private static func number(of version: OrderVersion) -> Int {
        version == .none ? -1 : Int(version.number - AppTests.version(0).number)
    }

    private mutating func expect(_ shown: Shown, _ expected: Shown) {
        if shown != expected { failure = failure ?? "\(shown), but the model has \(expected)" }
    }

    mutating func compareAccounts() {
        let statistics = harness.cache.statistics()
        let has = [
            harness.cache.pendingCount, harness.cache.pendingBytes, statistics.evictableBytes, statistics.entries,
            statistics.flights,
        ]
        let expected = [
            model.pendingCount, model.pendingBytes, model.evictableBytes, model.entries.count, model.flights.count,
        ]
        if has != expected { failure = failure ?? "the accounts are \(has), the model's \(expected)" }
    }
}
