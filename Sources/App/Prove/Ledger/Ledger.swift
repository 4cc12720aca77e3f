import Orders

/// What is known of every order of a run, by the events of its journal, and what answers showed against it.
///
/// Pure: a run feeds it as it goes, and `--verify` from the file. Times are milliseconds since the run began.
struct Ledger: Sendable {
    let run: String
    private(set) var orders: [OrderRecord] = []
    private var numbers: [UUID: Int] = [:]
    var violations = ViolationLog()
    private(set) var pause = PauseClock()
    private(set) var acknowledged = 0
    private(set) var refused = 0
    private(set) var reads = 0
    /// Older reads whose answers say themselves that they were made without the cache.
    private(set) var unsure = 0
    private(set) var lastMilliseconds = 0

    init(run: String) { self.run = run }

    /// Writes that nobody knows about.
    var unknown: Int {
        orders.reduce(0) { sum, order in
            sum + order.writes.count { if case .unknown = $0.fate { true } else { $0.fate == .inFlight } }
        }
    }

    /// False when the event doesn't follow from those before it: the journal is not as it was written.
    mutating func apply(_ event: JournalEvent, at now: Int) -> Bool {
        lastMilliseconds = max(lastMilliseconds, now)
        switch event {
        case .run(let name): return name == run
        case .ended: pause.end(at: now)
        case .creating(let order, let isKeyed): return creating(order, isKeyed, now)
        case .created(let order, let id): return created(order, id, now)
        case .repeating(let order): return orders.indices.contains(order)
        case .writing(let order, let write, let change):
            guard orders.indices.contains(order), orders[order].writes.count == write else { return false }
            orders[order].writes.append(OrderRecord.Write(change: change, sent: now))
        case .acknowledged(let order, let write):
            guard decide(order, write, .acknowledged, now) else { return false }
            orders[order].floor.raise(to: write)
            countAcknowledged(now)
        case .refused(let order, let write):
            guard decide(order, write, .refused, now) else { return false }
            refused += 1
        case .unknown(let order, let write, let fate): return decide(order, write, .unknown(fate), now)
        case .seen(let order, let write, let isGone):
            guard has(order, write) else { return false }
            orders[order].writes[write].isSeen = true
            orders[order].floor.raise(to: write, isGone: isGone)
        case .found(let order, let id):
            guard has(order, 0), orders[order].id == nil else { return false }
            setID(id, of: order)
            orders[order].writes[0].isSeen = true
            orders[order].floor.raise(to: 0)
        }
        return true
    }

    private func has(_ order: Int, _ write: Int) -> Bool {
        orders.indices.contains(order) && orders[order].writes.indices.contains(write)
    }

    private mutating func countAcknowledged(_ now: Int) {
        acknowledged += 1
        pause.accepted(at: now)
    }

    private mutating func creating(_ order: Int, _ isKeyed: Bool, _ now: Int) -> Bool {
        if order == orders.count {
            orders.append(OrderRecord(number: order, isKeyed: isKeyed, sent: now))
            return true
        }
        guard isKeyed, orders.indices.contains(order), orders[order].isKeyed, orders[order].id == nil else {
            return false
        }
        orders[order].writes[0].fate = .inFlight
        return true
    }

    private mutating func created(_ order: Int, _ id: UUID, _ now: Int) -> Bool {
        guard orders.indices.contains(order) else { return false }
        if let known = orders[order].id {
            if known != id { violations.note(.doubled, about(order, "a retry with its key was answered \(id)")) }
            return true
        }
        setID(id, of: order)
        orders[order].writes[0].fate = .acknowledged
        orders[order].writes[0].answered = now
        orders[order].floor.raise(to: 0)
        countAcknowledged(now)
        return true
    }

    private mutating func setID(_ id: UUID, of order: Int) {
        orders[order].id = id
        if let other = numbers.updateValue(order, forKey: id) {
            violations.note(.wrong, about(order, "order \(other) has the same id"))
        }
    }

    private mutating func decide(_ order: Int, _ write: Int, _ fate: OrderRecord.Fate, _ now: Int) -> Bool {
        guard has(order, write), orders[order].writes[write].fate == .inFlight else { return false }
        orders[order].writes[write].answered = now
        if fate == .refused {
            // The refusal is about this attempt alone.
            if orders[order].writes[write].hasUnknownAttempt {
                orders[order].writes[write].fate = .unknown(.open)
                return true
            }
            if orders[order].writes[write].isSeen, !orders[order].takeBackGone(write) {
                violations.note(.wrong, about(order, "write \(write) was shown, and then refused"))
            }
        }
        if case .unknown = fate { orders[order].writes[write].hasUnknownAttempt = true }
        orders[order].writes[write].fate = fate
        return true
    }

    // MARK: Reads

    mutating func noteRefusedRead() { refused += 1 }

    /// An answer to a write that must not be.
    mutating func noteWrong(_ order: Int, _ sentence: String) { violations.note(.wrong, about(order, sentence)) }

    /// The answer that a read was given, and the floor of the moment in which it began. Returns what the journal should
    /// keep of it.
    mutating func judge(
        _ shown: ShownState, of order: Int, asked: OrderRecord.Floor, isUnsure: Bool, from url: String, at now: Int
    ) -> JournalEvent? {
        reads += 1
        let finding = orders[order].finding(shown, run: run, asked: asked)
        switch finding {
        case .fits(_, isGone: true) where isUnsure: break  // The database may not have it yet.
        case .fits: return settle(order, finding, from: url, at: now)
        case .wrong, .doubled: violations.note(.wrong, about(order, finding, from: url, at: now))
        case .older, .late, .missing:
            if isUnsure {
                unsure += 1
            } else if case .missing = finding {
                orders[order].missingReads += 1
            } else if case .late = finding {
                violations.note(.wrong, about(order, finding, from: url, at: now))
            } else {
                violations.note(.stale, about(order, finding, from: url, at: now))
            }
        }
        return nil
    }

    /// Takes in what a read or the list showed where it fits. Returns what the journal should keep of it.
    mutating func settle(_ order: Int, _ finding: Finding, from url: String, at now: Int) -> JournalEvent? {
        guard case .fits(let write, let isGone) = finding, write >= 0 else { return nil }
        if !isGone { noteMissing(order, "\(url) showed write \(write) behind that") }
        let known = orders[order].writes[write]
        let isNews = (known.fate != .acknowledged && !known.isSeen) || (isGone && !orders[order].floor.isGone)
        guard isNews else { return nil }
        let event = JournalEvent.seen(order: order, write: write, isGone: isGone)
        _ = apply(event, at: now)
        return event
    }

    /// Where an order is there after all, or was deleted later, the reads that found nothing were stale.
    mutating func noteMissing(_ order: Int, _ sentence: String) {
        let missing = orders[order].missingReads
        guard missing > 0 else { return }
        let whole = about(order, "\(missing) reads found nothing, and no delete was sent by then; \(sentence)")
        violations.note(.stale, times: missing, whole)
        orders[order].missingReads = 0
    }
}
