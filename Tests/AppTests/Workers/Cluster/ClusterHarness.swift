import Reactor
import Synchronization
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Metrics
@testable import Orders
@testable import Queue
@testable import Store
@testable import Workers

/// Queues of their own on a real broker, a real database, and any number of worker processes as threads; the test is
/// the publisher.
final class ClusterHarness: Sendable {
    let directory = TemporaryDirectory()
    let log = CapturedLog()
    let repair = RecordedRepair()
    let watchdog = Watchdog()
    let clock = UUIDv7Clock()
    let health: Health
    let endpoint: BrokerEndpoint
    let topology: QueueTopology
    let store: SQLiteOrderStore
    private let instances = Mutex<[WorkerInstance]>([])

    init(
        on server: RabbitServer? = nil, _ name: String, partitions: Int = 1, kind: QueueTopology.Kind = .quorum
    ) throws {
        let server = try server ?? RabbitServer.shared.get()
        endpoint = BrokerEndpoint(host: "127.0.0.1", port: server.port, user: "guest", password: "guest")
        topology = QueueTopology(name: "consumer.\(name)", partitions: partitions, kind: kind)
        health = Health(logger: log.logger)
        var settings = SQLiteSettings()
        // A lock that is held by somebody else is found out at once.
        settings.busyTimeoutMilliseconds = 1
        store = try SQLiteOrderStore(path: directory.file("orders.db"), settings: settings)
        // Every effective change of an order, in its order.
        try SQLiteConnection.open(path: directory.file("orders.db")).execute(
            """
            CREATE TABLE history (number INTEGER PRIMARY KEY, order_id TEXT, status TEXT);
            CREATE TRIGGER changed AFTER UPDATE ON orders
            BEGIN INSERT INTO history (order_id, status) VALUES (new.id, new.status); END
            """)
        try connected { connection in
            try connection.openChannel(1)
            try topology.declare(on: connection, channel: 1)
        }
    }

    deinit {
        for instance in instances.withLock({ $0 }) { instance.stop() }
    }

    /// As one more process would.
    @discardableResult
    func startInstance(
        workers: Int = 1, lagMilliseconds: Int = 0, jobsPerTransaction: Int = 4096, prefetch: Int = 512,
        balanceMilliseconds: Int = 1_000_000, heartbeatSeconds: Int = 10, store: (any OrderStore & Sendable)? = nil
    ) throws -> WorkerInstance {
        var settings = ClusterWorkerSettings(
            transactions: WorkerSettings(jobsPerTransaction: jobsPerTransaction, lagMilliseconds: lagMilliseconds),
            prefetch: prefetch, balanceMilliseconds: balanceMilliseconds)
        settings.connection.heartbeatSeconds = heartbeatSeconds
        let instance = try WorkerInstance(self, workers: workers, settings: settings, store: store ?? self.store)
        instances.withLock { $0.append(instance) }
        return instance
    }

    func connected<Result>(_ body: (AMQPConnection) throws -> Result) throws -> Result {
        let connection = try AMQPConnection.open(endpoint, name: "test", watchdog: watchdog)
        defer { connection.close() }
        return try body(connection)
    }

    /// Publishes a message for each element, and returns when all are confirmed. `ids` counts on from the first one.
    func publish(_ messages: [[String]], partition: Int = 0, firstID: Int) throws {
        try connected { connection in
            let channel = try ConfirmedChannel(connection, channel: 1)
            for (index, jobs) in messages.enumerated() {
                let body = jobs.count == 1 ? jobs[0] : jobs.map { $0 + "\n" }.joined()
                try channel.publish(
                    to: topology.queueName(partition), body: Array(body.utf8),
                    MessageProperties(messageID: testID(firstID + index), form: jobs.count == 1 ? .json : .jsonLines))
            }
            try channel.waitForConfirms()
        }
    }

    /// What is in a queue and delivered to nobody.
    func ready(_ queue: String? = nil) throws -> Int {
        try connected { connection in
            try connection.openChannel(1)
            return try connection.declareQueue(1, queue ?? topology.queueName(0), passive: true).messages
        }
    }

    /// Stops all instances, and tells whether all messages were acknowledged.
    func stopAndCheckEmpty() throws -> Bool {
        for instance in instances.withLock({ $0 }) { instance.stop() }
        return try (0..<topology.partitions).allSatisfy { try ready(topology.queueName($0)) == 0 }
    }

    var broker: Broker { Broker(endpoint: endpoint, topology: topology, watchdog: watchdog) }

    var deadLetters: RabbitMQDeadLetters { RabbitMQDeadLetters(broker, clock: clock) }

    // MARK: The database

    func integer(_ sql: String) throws -> Int {
        Int(try SQLiteConnection.open(path: directory.file("orders.db")).integer(sql) ?? -1)
    }

    func orders() throws -> Int { try integer("SELECT count(*) FROM orders") }

    /// The order as the database has it; nil when there is none.
    func stored(_ order: Int) throws -> String? {
        var buffer = ByteBuffer()
        let reader = try SQLiteOrderReader(path: directory.file("orders.db"))
        return try reader.order(testID(order), into: &buffer).isFound ? buffer.string : nil
    }

    /// The statuses that updates gave an order, one after the other.
    func history(_ order: Int) throws -> [String] {
        let connection = try SQLiteConnection.open(path: directory.file("orders.db"))
        let select = try SQLiteStatement(
            connection, "SELECT status FROM history WHERE order_id = '\(testID(order))' ORDER BY number")
        var history: [String] = []
        while try select.step() {
            history.append(select.withText(0) { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" })
        }
        return history
    }
}

/// The workers of one process.
final class WorkerInstance: Sendable {
    private let flag: StopFlag
    private let threads: Mutex<[Reactor.Thread]>

    init(
        _ harness: ClusterHarness, workers: Int, settings: ClusterWorkerSettings, store: any OrderStore & Sendable
    ) throws {
        flag = try StopFlag()
        let shared = ClusterWorker.Shared(
            broker: harness.broker, settings: settings, cache: harness.repair,
            active: ActivePartitions(
                total: harness.topology.partitions, pauseMilliseconds: settings.balanceMilliseconds / 2),
            clock: harness.clock,
            telemetry: WorkerTelemetry(
                health: harness.health, logger: harness.log.logger, metrics: WorkerMetrics(workers: workers)),
            stop: flag)
        threads = Mutex(
            (0..<workers).map { index in
                let worker = Handed(
                    ClusterWorker(
                        shared,
                        ClusterWorker.Share(
                            index: index,
                            partitions: (0..<harness.topology.partitions).filter { $0 % workers == index },
                            store: store)))
                return Reactor.Thread(name: "worker-\(index)") { worker.value.run() }
            })
    }

    /// Returns when all threads have ended.
    func stop() {
        flag.raise()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }
}

/// Notes what it is told.
final class RecordedRepair: CacheRepair {
    struct Call: Equatable {
        var writes: [AppliedWrite]
        var listChanged: Bool
    }

    private let recorded = Mutex<[Call]>([])
    /// Runs on the worker's thread between the transaction and the acknowledgement; once.
    private let interruption = Mutex<(@Sendable () -> Void)?>(nil)

    var calls: [Call] { recorded.withLock { $0 } }

    func interruptNext(_ body: @escaping @Sendable () -> Void) { interruption.withLock { $0 = body } }

    func repair(_ writes: [AppliedWrite], listChanged: Bool) {
        recorded.withLock { $0.append(Call(writes: writes, listChanged: listChanged)) }
        let body = interruption.withLock { body in
            defer { body = nil }
            return body
        }
        body?()
    }
}

extension RecordedRepair {
    /// All writes that it was told of with their versions.
    var settled: [SettledWrite] {
        calls.flatMap(\.writes).compactMap { if case .settled(let write) = $0 { write } else { nil } }
    }
}
