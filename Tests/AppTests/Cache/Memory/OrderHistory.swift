/// The truth about one order: its writes, what was announced of them, and what the database has.
///
/// It knows nothing of caches: it says which answers are true to "this write or a later one". The database joins writes
/// by their version, in whatever order they come, as `OrderState` does. States are numbered as ``version(_:)`` says; -1
/// stands for the creation under an id that doesn't tell its time, and for no state at all.
struct OrderHistory {
    enum Write: Equatable {
        case create(name: String, status: String)
        case update(status: String)
        case delete
    }

    /// What the database shows.
    enum Row: Equatable {
        case found(name: String, status: String, number: Int)
        case missing(since: Int)
    }

    /// What the caches are told when a write is over.
    struct Settled: Equatable {
        var number: Int
        var isShown: Bool
    }

    /// A point in the history: what had been announced or shown when somebody asked.
    struct Moment {
        var tick: Int
        var known: Set<Int>
        var gone: Int
        var isForgotten: Bool
    }

    let creation: Int
    /// By the number of the state that they lead to.
    private(set) var writes: [Int: Write] = [:]
    /// The order was deleted with all others, up to this state.
    private(set) var reset = -1
    /// The cache was told so.
    private(set) var isForgotten = false
    /// Announced or shown, and not refused since.
    private var known: Set<Int> = []
    private var refused: Set<Int> = []
    /// When a write was refused last.
    private var refusals: [Int: Int] = [:]
    private var tick = 0
    /// The newest delete of which the cache was told that it is applied.
    private var gone = -1
    private var hasCreation = false
    private var wasDeleted = false
    /// The newest change that the database knows.
    private var change = -1

    init(creation: Int) { self.creation = creation }

    /// An order that the database has from earlier times.
    init(creation: Int, name: String, status: String) {
        self.creation = creation
        writes[creation] = .create(name: name, status: status)
        known = [creation]
        hasCreation = true
    }

    var moment: Moment { Moment(tick: tick, known: known, gone: gone, isForgotten: isForgotten) }

    mutating func take(_ number: Int, _ write: Write) { writes[number] = write }

    mutating func announce(_ number: Int) {
        if !refused.contains(number) { known.insert(number) }
    }

    var row: Row {
        guard hasCreation, case .create(let name, let first) = writes[creation] else {
            return .missing(since: max(writes[change] == .delete ? change : -1, reset))
        }
        switch writes[change] {
        case .update(let status): return .found(name: name, status: status, number: change)
        case .delete: return .missing(since: change)
        default: return .found(name: name, status: first, number: creation)
        }
    }

    /// nil while a change waits for the order's creation.
    mutating func apply(_ number: Int) -> Settled? {
        refused.remove(number)
        let isCreate = number == creation
        if reset >= 0, isCreate || creation >= 0 { return Settled(number: max(reset, number), isShown: false) }
        if isCreate {
            let isNew = !hasCreation
            hasCreation = true
            guard case .found(_, _, let current) = row else { return Settled(number: change, isShown: false) }
            return Settled(number: current, isShown: isNew || current == creation)
        }
        guard number > change else {
            let isEarly = !hasCreation && writes[change] != .delete
            return isEarly ? nil : Settled(number: change, isShown: false)
        }
        change = number
        if writes[number] == .delete {
            wasDeleted = true
            return Settled(number: number, isShown: false)
        }
        return hasCreation ? Settled(number: number, isShown: true) : nil
    }

    mutating func refuse(_ number: Int) -> Settled {
        tick += 1
        refusals[number] = tick
        refused.insert(number)
        known.remove(number)
        return Settled(number: number, isShown: false)
    }

    /// The cache was told.
    mutating func told(_ settled: Settled) {
        if settled.isShown { known.insert(settled.number) }
        if case .missing(let since) = row, settled.number <= since { gone = max(gone, settled.number) }
    }

    /// The database has deleted all orders that were created up to this state.
    mutating func erase(upTo number: Int) {
        guard creation <= number else { return }
        reset = max(reset, number)
        hasCreation = false
        change = -1
    }

    /// The cache was told of that.
    mutating func forget(upTo number: Int) {
        if creation <= number { isForgotten = true }
    }

    /// Somebody saw the state of this number: from now on nobody may see an older one.
    mutating func show(_ number: Int) {
        if !refused.contains(number) { known.insert(number) }
    }

    /// Why `shown` is not what some state at or after `moment` looks like; nil when it is. A deleting order may be gone
    /// already, but one that was gone when the question was asked may not come back.
    ///
    /// - Parameter number: of the shown state; nil when the order was not found.
    func objection(to shown: Shown, _ number: Int?, since moment: Moment) -> String? {
        let floor = moment.known.filter { refusals[$0, default: 0] <= moment.tick }.max() ?? -2
        guard let number else {
            if reset >= 0 || !moment.known.contains(creation) { return nil }
            if refusals[creation, default: 0] > moment.tick { return nil }
            // Newer changes than the delete bring the order back, but not before they are applied.
            if wasDeleted { return nil }
            return "not found, but state \(floor) was known"
        }
        if moment.isForgotten { return "it was gone with all others" }
        if number < floor { return "state \(number), but state \(floor) was known" }
        guard case .create(let name, let first) = writes[creation] else { return "it was never created" }
        let expected: Shown
        switch writes[number] {
        case .create: expected = .order(SampleOrder(name: name, status: first).text)
        case .update(let status): expected = .order(SampleOrder(name: name, status: status).text)
        case .delete: expected = .deletingOrder(SampleOrder(name: name, status: "deleting").text)
        case nil: return "there is no state \(number)"
        }
        if shown != expected { return "state \(number) is \(expected)" }
        return writes[number] == .delete && number <= moment.gone ? "it was gone" : nil
    }
}
