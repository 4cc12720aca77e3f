import Orders

/// What the database knows of the orders of one batch, while the batch's jobs are joined to it one by one.
///
/// Orders of which only the batch's creates speak need not be looked up: an order that is created is new, as good as
/// always. Where one is not, the database refuses its second row, and all begins anew with a look at each of them.
struct OrderJoin {
    /// What was created up to then is gone for good.
    let reset: OrderVersion
    private var states: [UUID: OrderState] = [:]

    init(reset: OrderVersion) { self.reset = reset }

    /// Which orders have to be looked up before ``step(for:)``. They count as unknown until the database tells more.
    mutating func lookup(for batch: borrowing JobBatch, takingCreates creates: CreatesTaken) -> OrderLookup {
        var lookup = OrderLookup()
        var (least, greatest) = (UUID(high: .max, low: .max), UUID(high: 0, low: 0))
        for index in batch.jobs.indices {
            let order = batch.jobs[index].orderID
            // A pattern: the comparison of enums of another module is a call.
            if case .createOrder = batch.jobs[index].kind, case .asNew = creates {
                if order < least { least = order }
                if greatest < order { greatest = order }
                lookup.creates += 1
            } else if states.updateValue(.unknown, forKey: order) == nil {
                lookup.orders.append(order)
            }
        }
        if lookup.creates > 0 { lookup.created = least...greatest }
        return lookup
    }

    enum CreatesTaken {
        /// Without a look.
        case asNew
        /// Perhaps for the second time.
        case asAny
    }

    /// The database knows this of an order.
    mutating func learn(_ order: UUID, _ state: OrderState) { states[order] = state }

    /// Whether the job at `index` is what most are: it creates an order, without a key, of which nothing is known. Then
    /// ``step(for:)`` says ``OrderEffect/insert`` and ``OrderStep/Outcome/created``, and need not be asked.
    func isPlainCreation(_ index: Int, in batch: borrowing JobBatch) -> Bool {
        guard case .createOrder = batch.jobs[index].kind, batch.jobs[index].mark == nil else { return false }
        let order = batch.jobs[index].orderID
        guard reset == .none || reset < OrderVersion(ofCreation: order) else { return false }
        return states.isEmpty || states.index(forKey: order) == nil
    }

    /// Joins `job` to what is known by now. When the database refuses what follows, give ``state(of:)`` of before back
    /// to ``learn(_:_:)``.
    mutating func step(for job: Job) -> OrderStep {
        guard !states.isEmpty, let index = states.index(forKey: job.orderID) else {
            return OrderState.unknown.joined(with: job, reset: reset)
        }
        let step = states.values[index].joined(with: job, reset: reset)
        states.values[index] = step.state
        return step
    }

    func state(of order: UUID) -> OrderState { states[order] ?? .unknown }
}

/// Orders of a batch that have to be looked up.
struct OrderLookup {
    /// In `orders` and in `absent_orders`; each once.
    var orders: [UUID] = []
    /// The ids of the other ones that are created lie here; nil when there are none. Only changes that came before them
    /// are looked for, in `absent_orders`.
    var created: ClosedRange<UUID>?
    var creates = 0

    /// Of the rows of `absent_orders` within ``created``. Where there are more, ids of far apart are in one batch, and
    /// looking for each of them is less.
    var mostAbsent: Int { max(64, creates) }
}
