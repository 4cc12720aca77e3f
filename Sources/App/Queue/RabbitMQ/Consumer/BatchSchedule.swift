package import Reactor

/// What a worker does next with what the broker has delivered to it. Pure: it is told what happened and when, and
/// answers with the next action. One for each session, which is one connection.
///
/// One transaction after the other, each of one partition: the simulated lag of a transaction begins with the first
/// delivery, or when the one before has ended, and meanwhile deliveries of all partitions gather. Of a batch that is
/// full already it begins with the write before, see ``SimulatedLag``. So the lag limits a worker as a slow database
/// would, whatever the number of its partitions.
package struct BatchSchedule {
    package struct Settings: Equatable, Sendable {
        /// Most jobs of one transaction; a single message may hold more.
        package var jobsPerTransaction: Int
        package var lagMilliseconds: Int
        /// Between two looks at whether other instances should have some of the partitions.
        package var balanceMilliseconds: Int

        package init(jobsPerTransaction: Int, lagMilliseconds: Int, balanceMilliseconds: Int) {
            self.jobsPerTransaction = jobsPerTransaction
            self.lagMilliseconds = lagMilliseconds
            self.balanceMilliseconds = balanceMilliseconds
        }
    }

    package enum Action: Equatable {
        /// Serve the connection until then, or until a delivery.
        case wait(until: Deadline)
        /// Apply the oldest messages of the partition at `slot`, then say ``applied(now:)`` or ``failed(now:)``.
        case apply(slot: Int, messages: Int)
        /// See whether one of these partitions, all active, should be given up; then say ``balanced(released:now:)``.
        case balance(active: [Int])
        /// Close the connection: the broker gives what is in hand to the next one, in order.
        case stop
    }

    private enum Phase: Equatable {
        case idle
        case lag(slot: Int, until: Deadline)
        case applying(slot: Int, messages: Int)
        case retrying(slot: Int, messages: Int, at: Deadline)
    }

    private struct Slot {
        /// Jobs of each message in hand, in the order of delivery.
        var jobs: [Int] = []
        /// Something was delivered since the last look at the balance.
        var isActive = false
    }

    private let settings: Settings
    private var slots: [Slot]
    private var lag: SimulatedLag
    private var phase = Phase.idle
    /// The slot at which to look for the next batch first.
    private var nextSlot = 0
    private var pause = Backoff.ofBatch
    private var nextBalance: Deadline
    private var isStopping = false
    /// Jobs of all partitions that were delivered and are not applied yet.
    package private(set) var unacknowledgedJobs = 0

    package init(slots: Int, settings: Settings, now: Deadline) {
        self.settings = settings
        self.slots = Array(repeating: Slot(), count: slots)
        lag = SimulatedLag(milliseconds: settings.lagMilliseconds)
        nextBalance = Self.balanceTime(settings, now)
    }

    package mutating func delivered(_ slot: Int, jobs: Int, now: Deadline) {
        slots[slot].jobs.append(jobs)
        unacknowledgedJobs += jobs
        slots[slot].isActive = true
        if phase == .idle { startLag(now, mayHaveWaited: false) }
    }

    /// What to do now. Asked again without anything having happened it answers the same.
    package mutating func next(now: Deadline) -> Action {
        if isStopping { return .stop }
        switch phase {
        case .idle:
            return now < nextBalance ? .wait(until: nextBalance) : .balance(active: activeSlots)
        case .lag(let slot, let until):
            // Also when the lag is over: without a lag, and with a backlog, there may never be another moment.
            if now >= nextBalance { return .balance(active: activeSlots) }
            guard now >= until else { return .wait(until: min(until, nextBalance)) }
            return apply(slot, messages: batchLength(slot), now)
        case .applying(let slot, let messages):
            return .apply(slot: slot, messages: messages)
        case .retrying(let slot, let messages, let at):
            guard now >= at else { return .wait(until: at) }
            return apply(slot, messages: messages, now)
        }
    }

    private mutating func apply(_ slot: Int, messages: Int, _ now: Deadline) -> Action {
        phase = .applying(slot: slot, messages: messages)
        lag.writeBegins(now: now)
        return .apply(slot: slot, messages: messages)
    }

    /// The batch is in the database, the cache knows, and its messages are acknowledged.
    package mutating func applied(now: Deadline) {
        guard case .applying(let slot, let messages) = phase else { preconditionFailure("no batch was to be applied") }
        unacknowledgedJobs -= slots[slot].jobs.prefix(messages).reduce(0, +)
        slots[slot].jobs.removeFirst(messages)
        pause.reset()
        nextSlot = slot + 1
        // While a batch is written the worker takes no deliveries: what is in hand was so when the write began.
        startLag(now, mayHaveWaited: true)
    }

    /// The same batch is tried again after a pause, for ever: what comes behind it must not overtake it.
    package mutating func failed(now: Deadline) {
        guard case .applying(let slot, let messages) = phase else { preconditionFailure("no batch was to be applied") }
        phase = .retrying(slot: slot, messages: messages, at: now.advanced(byMilliseconds: pause.next()))
    }

    /// The answer to ``Action/balance(active:)``: of the partition at `released` nothing is in hand any more.
    package mutating func balanced(released: Int?, now: Deadline) {
        for slot in slots.indices { slots[slot].isActive = false }
        nextBalance = Self.balanceTime(settings, now)
        guard let released else { return }
        unacknowledgedJobs -= slots[released].jobs.reduce(0, +)
        slots[released].jobs.removeAll()
        if case .lag(released, _) = phase { startLag(now, mayHaveWaited: false) }
    }

    package mutating func stop() { isStopping = true }

    private var activeSlots: [Int] { slots.indices.filter { slots[$0].isActive } }

    /// For the next partition that has something in hand, each in its turn.
    ///
    /// - Parameter mayHaveWaited: nothing was delivered since the last write began.
    private mutating func startLag(_ now: Deadline, mayHaveWaited: Bool) {
        for offset in 0..<slots.count {
            let slot = (nextSlot + offset) % slots.count
            guard !slots[slot].jobs.isEmpty else { continue }
            let waitedFull = mayHaveWaited && batchLength(slot) < slots[slot].jobs.count
            phase = .lag(slot: slot, until: lag.end(takenUp: now, waitedFull: waitedFull))
            return
        }
        phase = .idle
    }

    private func batchLength(_ slot: Int) -> Int {
        var (messages, jobsLeft) = (0, settings.jobsPerTransaction)
        for jobs in slots[slot].jobs {
            guard messages == 0 || jobs <= jobsLeft else { break }
            jobsLeft -= jobs
            messages += 1
        }
        return messages
    }

    /// Jittered by a fifth, so that instances which started together don't decide together.
    private static func balanceTime(_ settings: Settings, _ now: Deadline) -> Deadline {
        let milliseconds = settings.balanceMilliseconds
        return now.advanced(byMilliseconds: Int.random(in: milliseconds - milliseconds / 5...milliseconds))
    }
}
