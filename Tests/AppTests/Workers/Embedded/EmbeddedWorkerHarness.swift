import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Metrics
@testable import Orders
@testable import Queue
@testable import Store
@testable import Workers

/// One worker on a thread of its own, with real files; the test plays the committer.
final class EmbeddedWorkerHarness {
    let directory = TemporaryDirectory()
    let log = CapturedLog()
    let cache = MemoryCache(limits: CacheLimits())
    let claims = ClaimTable()
    let lists = ListCache(limits: CacheLimits())
    let inbox = CommitInbox()
    let health: Health
    let file: EmbeddedQueueFile
    let writer: EmbeddedQueueWriter
    let store: SQLiteOrderStore
    let partitions: Int
    private(set) var board: WorkBoard
    private var thread: Reactor.Thread?

    init(partitions: Int = 1) throws {
        self.partitions = partitions
        health = Health(logger: log.logger)
        file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: partitions)
        writer = try file.makeWriter()
        var settings = SQLiteSettings()
        // A lock that is held by somebody else is found out at once.
        settings.busyTimeoutMilliseconds = 1
        store = try SQLiteOrderStore(path: directory.file("orders.db"), settings: settings)
        board = WorkBoard(workers: 1, partitions: partitions)
    }

    deinit {
        // A test that failed may have left the worker waiting for its dead letters.
        let committer = Reactor.Thread(name: "committer") { [inbox] in
            var content = CommitInbox.Content()
            while inbox.take(into: &content, until: .never) {
                for request in content.deadLetters { request.finish(.failure(.damaged("the test is over"))) }
                content.removeAll()
            }
        }
        stop()
        inbox.close()
        committer.join()
    }

    /// A new worker, as after a restart: it has read nothing yet, and nothing is announced.
    func start(jobsPerTransaction: Int = 4096, lagMilliseconds: Int = 0) throws {
        stop()
        board = WorkBoard(workers: 1, partitions: partitions)
        let worker = Handed(
            EmbeddedWorker(
                EmbeddedWorker.Shared(
                    board: board, inbox: inbox, store: store, cache: cache, lists: lists, claims: claims,
                    settings: WorkerSettings(jobsPerTransaction: jobsPerTransaction, lagMilliseconds: lagMilliseconds),
                    telemetry: WorkerTelemetry(health: health, logger: log.logger, metrics: WorkerMetrics()),
                    commits: CommitMetrics()),
                index: 0, queue: try file.makeReader()))
        thread = Reactor.Thread(name: "worker") { worker.value.run() }
    }

    /// Returns when the worker has ended.
    func stop() {
        board.stop()
        thread?.join()
        thread = nil
    }

    /// Puts one message of these jobs into the queue, without telling the worker; returns its sequence.
    func put(_ jobs: [String], message: Int, partition: Int = 0) throws -> Int64 {
        var outgoing = OutgoingMessages()
        outgoing.add(message, partition: partition, jobs: jobs.count, body: jobs.map { $0 + "\n" }.joined())
        var assigned: [Int64] = []
        try writer.commit(outgoing, assigned: &assigned)
        return assigned[0]
    }

    func announce(_ sequence: Int64, partition: Int = 0) { board.announce(partition: partition, sequence: sequence) }

    /// The next acknowledgements; the committer's side of the inbox. Nothing for a long time is an empty answer.
    func acknowledged() -> [EmbeddedAcknowledgement] { next().acknowledgements }

    /// Waits until this message of the partition has been acknowledged. Dead letters are not expected meanwhile.
    func waitForAcknowledgement(_ sequence: Int64, partition: Int = 0) -> Bool {
        let deadline = Deadline.now().advanced(byMilliseconds: 20_000)
        while Deadline.now() < deadline {
            let content = next()
            guard !content.isEmpty, content.deadLetters.isEmpty else { return false }
            if content.acknowledgements.contains(
                EmbeddedAcknowledgement(partition: partition, throughSequence: sequence))
            {
                return true
            }
        }
        return false
    }

    func next(waitMilliseconds: Int = 20_000) -> CommitInbox.Content {
        var content = CommitInbox.Content()
        _ = inbox.take(into: &content, until: .now().advanced(byMilliseconds: waitMilliseconds))
        return content
    }

    /// The order as the database has it; nil when there is none.
    func stored(_ id: UUID) throws -> String? {
        var buffer = ByteBuffer()
        return try SQLiteOrderReader(path: directory.file("orders.db")).order(id, into: &buffer).isFound
            ? buffer.string : nil
    }

    func count(_ table: String) throws -> Int64? {
        try SQLiteConnection.open(path: directory.file("orders.db")).integer("SELECT count(*) FROM \(table)")
    }
}

/// Jobs as the queue holds them.
enum JobLine {
    static func create(_ job: Int, order: Int, customer: String = "Ada", status: String = "received") -> String {
        line(
            job, "create_order",
            "{\"order_id\":\"\(testID(order))\",\"customer_name\":\"\(customer)\",\"status\":\"\(status)\","
                + "\"items\":[{\"name\":\"tea\",\"quantity\":2}]}")
    }

    static func update(_ job: Int, order: Int, status: String) -> String {
        line(job, "update_order_status", "{\"order_id\":\"\(testID(order))\",\"status\":\"\(status)\"}", version(job))
    }

    static func delete(_ job: Int, order: Int) -> String {
        line(job, "delete_order", "{\"order_id\":\"\(testID(order))\"}", version(job))
    }

    /// The order of ``create(_:order:customer:status:)`` as readers see it.
    static func order(_ order: Int, customer: String = "Ada", status: String = "received") -> String {
        "{\"order_id\":\"\(testID(order))\",\"customer_name\":\"\(customer)\",\"status\":\"\(status)\","
            + "\"items\":[{\"name\":\"tea\",\"quantity\":2}]}"
    }

    /// That of a change: higher with the number of its job, and above that of every creation.
    static func version(_ job: Int) -> OrderVersion {
        OrderVersion(number: OrderVersion(ofCreation: testID(0)).number + 1 + UInt64(job))
    }

    /// The same job as the replaced service writes it.
    static func unversioned(_ line: String) -> String { line.replacing(/"version":\d+,/, with: "") }

    private static func line(_ job: Int, _ type: String, _ payload: String, _ version: OrderVersion? = nil) -> String {
        "{\"job_id\":\"\(testID(10_000 + job))\",\"type\":\"\(type)\",\"payload\":\(payload),"
            + (version.map { "\"version\":\($0)," } ?? "") + "\"enqueued_at\":1}"
    }
}

extension StoredOrder {
    var isFound: Bool { if case .found = self { true } else { false } }
}
