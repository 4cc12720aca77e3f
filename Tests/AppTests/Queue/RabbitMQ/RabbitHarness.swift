import TestServers
import Testing

@testable import App
@testable import Health
@testable import Metrics
@testable import Orders
@testable import Queue
@testable import Reactor

extension RabbitServer {
    var endpoint: BrokerEndpoint { BrokerEndpoint(host: "127.0.0.1", port: port, user: "guest", password: "guest") }

    /// A client of its own, with channel 1 open.
    func client(_ watchdog: Watchdog) throws -> AMQPConnection {
        let connection = try AMQPConnection.open(endpoint, name: "test", watchdog: watchdog)
        try connection.openChannel(1)
        return connection
    }
}

/// A message as another client gets it.
struct ReadMessage: Equatable {
    var id: UUID?
    var form: MessageForm
    var body: String
}

extension AMQPConnection {
    /// Takes everything that is ready out of a queue. As a consumer: quorum queues with a single active one can't be
    /// asked.
    func drain(_ queue: String) throws -> [ReadMessage] {
        let count = try declareQueue(1, queue, passive: true).messages
        var messages: [ReadMessage] = []
        try consume(1, queue: queue, tag: "drain", exclusive: false)
        while messages.count < count {
            var bodies = ByteBuffer()
            let deadline = Deadline.now().advanced(byMilliseconds: 10_000)
            guard case .delivery(let delivery)? = try nextEvent(until: deadline, bodies: &bodies) else { break }
            try ack(1, deliveryTag: delivery.deliveryTag, multiple: false)
            messages.append(
                ReadMessage(
                    id: delivery.messageID, form: delivery.form,
                    body: String(decoding: delivery.body.of(bodies.bytes), as: UTF8.self)))
        }
        try cancel(1, tag: "drain")
        return messages
    }
}

/// A publisher on its own thread.
final class PublisherHarness {
    let loops: [LoopMailbox]
    let inbox: PublisherInbox
    let state = PublisherState()
    let log = CapturedLog()
    let health: Health
    let metrics = BrokerMetrics()
    let topology: QueueTopology
    private let thread: Reactor.Thread
    private var isRunning = true

    init(
        _ endpoint: BrokerEndpoint, _ topology: QueueTopology, jobsPerMessage: Int = 512,
        _ adjust: (inout PublisherSettings) -> Void = { _ in }
    ) throws {
        loops = [try LoopMailbox(), try LoopMailbox()]
        inbox = try PublisherInbox(loops: loops)
        health = Health(logger: log.logger)
        self.topology = topology
        var settings = PublisherSettings(jobsPerMessage: jobsPerMessage)
        adjust(&settings)
        let publisher = Handed(
            Publisher(
                inbox: inbox, endpoint: endpoint, topology: topology,
                packer: MessagePacker(jobsPerMessage: jobsPerMessage, ids: UUIDv7Generator(clock: UUIDv7Clock())),
                loops: loops, state: state, health: health, watchdog: Watchdog(), settings: settings,
                metrics: metrics))
        thread = Reactor.Thread(name: "publisher") { publisher.value.run() }
    }

    deinit { stop() }

    func stop() {
        guard isRunning else { return }
        isRunning = false
        inbox.close()
        thread.join()
    }

    /// What was counted so far.
    var figures: BrokerFigures { metrics.reading(now: .now()) }

    func waitUntilOpen() -> Bool { eventually(within: 40) { state.isOpen } }

    /// One batch of the given jobs, by partition.
    func submit(_ jobs: [(String, Int)], loop: Int = 0) {
        let batch = WriteBatch(loop: loop)
        for (line, partition) in jobs { batch.add(line, partition: partition) }
        inbox.submit(batch)
    }

    /// The outcomes of that batch, once they are there.
    func outcome(_ jobs: [(String, Int)], loop: Int = 0) -> [QueueOutcome] {
        submit(jobs, loop: loop)
        return outcomes(loops[loop].wait())
    }
}
