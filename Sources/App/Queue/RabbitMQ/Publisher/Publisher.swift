import Glibc
package import Health
package import Metrics
import Reactor

/// The one thread that publishes: takes what the loops have submitted, packs the jobs of a partition into one message,
/// and brings the broker's answer for each back to its loop.
///
/// Only so many messages are unconfirmed at a time. What comes meanwhile gathers, so messages grow with the load by
/// themselves and a lone order is not delayed. In one queue jobs stand in the order in which they were submitted: one
/// connection, one channel, and nothing is ever published a second time. It connects for ever; while it can't publish,
/// the inbox is shut and every order is refused at once.
package final class Publisher {
    package static let channel = 1
    /// To declare queues on. The broker may refuse that, which closes the channel.
    static let declaringChannel = 2

    package let inbox: PublisherInbox
    package let endpoint: BrokerEndpoint
    package let topology: QueueTopology
    package let settings: PublisherSettings
    /// By partition of ``topology``.
    let queueNames: [String]
    private let loops: [any SettledBatchSink]
    private let state: PublisherState
    private let reporter: DependencyReporter
    private let watchdog: Watchdog
    package let metrics: BrokerMetrics
    private var backoff = Backoff.ofSession

    package var packer: MessagePacker
    var window = ConfirmWindow<PublishedMessage>()
    /// What was taken from the inbox and is not written yet, the oldest first.
    package var waiting: [PublisherInbox.Waiting] = []
    /// For each loop: batches that are decided, of which the loop has not been told yet.
    private var settled: [[WriteBatch]]

    package init(
        inbox: PublisherInbox, endpoint: BrokerEndpoint, topology: QueueTopology,
        packer: consuming MessagePacker,
        loops: [any SettledBatchSink], state: PublisherState, health: Health, watchdog: Watchdog,
        settings: PublisherSettings,
        metrics: BrokerMetrics = BrokerMetrics()
    ) {
        self.metrics = metrics
        self.inbox = inbox
        self.endpoint = endpoint
        self.topology = topology
        self.packer = packer
        self.loops = loops
        self.state = state
        reporter = health.reporter(for: .queue)
        self.watchdog = watchdog
        self.settings = settings
        queueNames = (0..<topology.partitions).map(topology.queueName)
        settled = loops.map { _ in [] }
    }

    /// Until the inbox is closed, and what it held is decided.
    package func run() {
        while !inbox.isClosed {
            do throws(AMQPError) {
                let connection = try connect()
                backoff.reset()
                change(to: .open)
                try serve(connection)
                connection.close()
            } catch {
                giveUp(error)
                sleep(milliseconds: backoff.nextJittered())
            }
        }
        // Whoever was late, or found no connection.
        refuseAll()
        tell()
    }

    private func connect() throws(AMQPError) -> AMQPConnection {
        let connection = try AMQPConnection.open(
            endpoint, name: "spillway publisher", settings: settings.connection, watchdog: watchdog)
        try connection.openChannel(Self.declaringChannel)
        try topology.declare(on: connection, channel: Self.declaringChannel)
        try connection.closeChannel(Self.declaringChannel)
        try connection.openChannel(Self.channel)
        try connection.confirmSelect(Self.channel)
        return connection
    }

    /// Tells the loops before anything else, so that orders are refused from now on and not one by one later.
    package func change(to reading: PublisherState.Reading) {
        if reading == .open { inbox.open() } else { inbox.shut() }
        state.change(to: reading)
        metrics.update { $0.change(to: reading.metric, now: .now()) }
        switch reading {
        case .open: reporter.report(failure: nil)
        case .closed(let reason), .blocked(let reason): reporter.report(failure: reason)
        }
    }

    /// What was written may or may not be in the queue; what was not, is not.
    private func giveUp(_ error: AMQPError) {
        change(to: .closed(reason: error.description))
        window.abandon { settle($0, $1, $1 == .refused ? .returned : .unknown) }
        refuseAll()
        tell()
    }

    /// Everything that was not written.
    func refuseAll() {
        inbox.take(into: &waiting)
        for waiting in waiting { refuse(waiting.batch) }
        waiting.removeAll(keepingCapacity: true)
    }

    package func refuse(_ batch: WriteBatch) {
        metrics.update { $0.settled(.unsent, jobs: batch.writes.count) }
        batch.settle(.refused)
        settled[batch.loop].append(batch)
    }

    package func settle(_ message: PublishedMessage, _ outcome: QueueOutcome, _ counted: BrokerFigures.Outcome) {
        metrics.update { $0.settled(counted, jobs: message.jobs) }
        message.settle(outcome) { settled[$0.loop].append($0) }
    }

    /// Hands the batches that are decided back, one message to each loop: each can cost a wake-up.
    package func tell() {
        let unconfirmed = window.messages
        metrics.update { $0.unconfirmedMessages = unconfirmed }
        for index in settled.indices where !settled[index].isEmpty {
            loops[index].deliver(settled: settled[index])
            settled[index] = []
        }
    }

    /// Unless the inbox is closed.
    private func sleep(milliseconds: Int) {
        var watched = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&watched, 1, Int32(clamping: milliseconds)) > 0 { refuseAll() }
        tell()
    }
}

@available(*, unavailable) extension Publisher: Sendable {}
