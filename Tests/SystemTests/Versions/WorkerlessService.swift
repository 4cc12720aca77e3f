import Glibc
import TestServers
import Testing

/// A service on the cluster with one partition: an instance that takes requests all the time, and workers that the test
/// starts and ends.
struct WorkerlessService {
    let deployment: Deployment
    let space: ClusterSpace
    let server: ServerProcess
    let client: HTTPClient
    private let settings: [String: String]

    /// On the shared servers when `servers` is nil.
    init(
        _ profile: Profile = .clusterMariaDB, on servers: ClusterServers? = nil, _ settings: [String: String] = [:]
    ) throws {
        self.settings = ["RABBITMQ_PARTITIONS": "1", "WORKER_COUNT": "1", "API_WORKERS": "1"].merging(settings) { $1 }
        deployment = try Deployment(profile, on: servers ?? ClusterServers.shared.get())
        space = try #require(deployment.space)
        server = try deployment.start(self.settings, command: "api")
        client = server.client()
    }

    func startWorker(_ settings: [String: String] = [:]) throws -> ChildProcess {
        try deployment.startWorker(self.settings.merging(settings) { $1 })
    }

    /// Has a worker apply all that was accepted, and ends it.
    func applyAll() throws {
        let worker = try startWorker()
        #expect(try deployment.hasDrained(), "\(worker.errors.text)")
        worker.send(SIGTERM)
        #expect(worker.waitForEnd(within: 20) == .exited(0))
    }

    /// Creates `count` orders, with the status `received`, and has them applied.
    func createApplied(_ count: Int) throws -> [String] {
        let ids = try client.accept((0..<count).map { WriteRequest.create(TestOrder(customer: "order \($0)")) })
        try applyAll()
        return ids
    }

    /// How many messages are in the queue and in no worker's hands.
    func waitingMessages() throws -> Int? { try space.otherClient.waiting(in: [space.queueName])[0] }

    /// The statuses in the database.
    func storedStatuses() throws -> [String: String] { try deployment.stored().orders().mapValues(\.status) }

    /// Seconds until Redis forgets what it shows of the order; -1 for never, -2 when it shows nothing.
    func pendingLife(_ id: String) throws -> Int? {
        let text = try space.redis("TTL", "temp_order:\(id)")
        return Int(text.split(whereSeparator: \.isWhitespace).joined())
    }
}

extension ClusterServers {
    /// The shared ones, but with another Redis, with which the test may do what it likes.
    static func withRedis(_ redis: RedisServer) throws -> ClusterServers {
        let shared = try shared.get()
        return try ClusterServers(redis: { redis }, rabbit: { shared.rabbit }, maria: { shared.maria })
    }
}

extension ChildProcess {
    /// Ends it as by a crash.
    func crash() {
        send(SIGKILL)
        _ = waitForEnd(within: 10)
    }
}
