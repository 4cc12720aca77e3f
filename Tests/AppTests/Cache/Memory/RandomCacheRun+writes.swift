import Reactor

@testable import Cache
@testable import Orders

/// The writes of a random sequence, the resets, and the time that passes.
extension RandomCacheRun {
    mutating func takeCreate() {
        guard ids.count < mostIDs + 3 else { return }
        lastNumber = (lastNumber >> 16 + 1) << 16
        let id = makeID(high: orderID(0).high + UInt64(lastNumber))
        histories[id] = OrderHistory(creation: lastNumber)
        let name = String(repeating: "n", count: .random(in: 0..<90, using: &random))
        take(id, lastNumber, .create(name: name, status: status()), nil)
    }

    mutating func takeChange() {
        let id = someID()
        lastNumber += 1
        let write = Int.random(in: 0..<4, using: &random) == 0 ? .delete : OrderHistory.Write.update(status: status())
        // A base that was read at some earlier time, as a slow request would come with.
        let index = Bool.random(using: &random) ? held.firstIndex { $0.id == id } : nil
        take(id, lastNumber, write, index.map { held.remove(at: $0).base })
    }

    private mutating func take(_ id: UUID, _ number: Int, _ write: OrderHistory.Write, _ base: HeldBase?) {
        jobs.append(Job(id: id, number: number, write: write, base: base))
        histories[id]!.take(number, write)
        if Bool.random(using: &random) { commit(jobs.count - 1) }
    }

    mutating func commit(_ index: Int?) {
        guard let index else { return }
        let job = jobs[index]
        if job.isCreate, jobs.contains(where: { $0.id == job.id && ($0.isApplied || $0.isRefused) }) { return }
        note("commit \(name(job.id)) \(job.number) \(job.write) base \(job.base != nil)")
        jobs[index].isAnnounced = true
        histories[job.id]!.announce(job.number)
        switch job.write {
        case .create(let name, let status):
            harness.create(job.id, SampleOrder(name: name, status: status))
            model.create(job.id, name, status, harness.seconds)
            return
        case .update(let status): harness.update(job.id, job.number, to: status, base: job.base)
        case .delete: harness.delete(job.id, job.number, base: job.base)
        }
        model.change(job.id, job.number, job.write, job.base.map { Self.name(in: $0) }, harness.seconds)
    }

    private static func name(in base: HeldBase) -> String {
        String(base.text.split(separator: "\"", omittingEmptySubsequences: false)[3])
    }

    mutating func apply(_ index: Int?) {
        guard let index, isCreationAnnounced(of: jobs[index].id) else { return }
        if mayBeRefused(jobs[index]), Int.random(in: 0..<12, using: &random) == 0 {
            note("refuse \(name(jobs[index].id)) \(jobs[index].number)")
            jobs[index].isRefused = true
            settlements.append(Settlement(job: index, settled: histories[jobs[index].id]!.refuse(jobs[index].number)))
        } else if !jobs[index].isRefused || Int.random(in: 0..<4, using: &random) == 0 {
            // A refused one is replayed.
            jobs[index].isRefused = false
            deliver(index)
        }
    }

    private func isCreationAnnounced(of id: UUID) -> Bool {
        jobs.first { $0.id == id && $0.isCreate }?.isAnnounced ?? true
    }

    /// A cache that is told of a refusal forgets what it shows, so older writes must have been applied before.
    private func mayBeRefused(_ job: Job) -> Bool {
        !job.isApplied && !job.isRefused
            && jobs.allSatisfy { $0.id != job.id || $0.number >= job.number || $0.isApplied || $0.isRefused }
    }

    mutating func deliver(_ index: Int) {
        let job = jobs[index]
        jobs[index].isApplied = true
        var settled = histories[job.id]!.apply(job.number)
        note("apply \(name(job.id)) \(job.number): \(settled.map { "\($0)" } ?? "early")")
        // An early change of an order that never comes is over when its record is pruned.
        if settled == nil, histories[job.id]!.isForgotten {
            settled = OrderHistory.Settled(number: job.number, isShown: false)
        }
        if let settled { settlements.append(Settlement(job: index, settled: settled)) }
    }

    mutating func settle() {
        guard let index = settlements.indices.randomElement(using: &random) else { return }
        let settlement = settlements[index]
        if Int.random(in: 0..<4, using: &random) > 0 { settlements.remove(at: index) }
        let id = jobs[settlement.job].id
        let settled = settlement.settled
        note("settle \(name(id)) \(settled)")
        histories[id]!.told(settled)
        harness.settled(id, upTo: settled.number, isShown: settled.isShown)
        model.settled(id, settled, harness.seconds)
    }

    /// Sometimes there is something between what the database and what the cache does.
    mutating func reset() {
        let number = lastNumber
        lastNumber += 1
        note("erase up to \(number)")
        for id in ids { histories[id]!.erase(upTo: number) }
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            if Bool.random(using: &random) { apply(someJob()) } else { complete() }
        }
        note("forget up to \(number)")
        for id in ids { histories[id]!.forget(upTo: number) }
        harness.cache.forgetOrders(upTo: version(number))
        model.forgetOrders(upTo: number)
    }

    mutating func begin(_ id: UUID) {
        let number = Bool.random(using: &random) ? model.entries[id]?.number : lastNumber
        let began = harness.cache.begin(id, above: number.map { version($0) }, now: harness.now)
        note("begin \(name(id)) above \(number.map { "\($0)" } ?? "any"): \(began)")
        if began != model.begin(id, above: number, harness.seconds) { failure = "it began: \(began)" }
    }

    mutating func end(_ id: UUID) {
        note("end \(name(id))")
        harness.cache.end(id)
        model.end(id)
    }

    mutating func pass() {
        // Multiples of 4 never fall between the earliest and the latest expiry that jitter allows.
        harness.seconds += [4, 4, 8, 12, 20].randomElement(using: &random)!
        note("the time is \(harness.seconds)")
    }

    mutating func sweep() {
        note("sweep")
        harness.cache.sweep(now: harness.now, budget: 10_000)
        model.sweep(harness.seconds)
    }
}
