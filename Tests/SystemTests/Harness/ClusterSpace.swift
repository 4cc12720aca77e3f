import Synchronization
import TestServers

/// What one deployment has on the servers of a cluster: a Redis database, a queue name, a database.
struct ClusterSpace: Sendable {
    struct Failure: Error {
        let description: String
    }

    private static let next = Atomic<Int>(0)

    let servers: ClusterServers
    let redisDatabase: Int
    let queueName: String
    let databaseName: String

    init(on servers: ClusterServers) throws {
        let number = Self.next.add(1, ordering: .relaxed).oldValue
        self.servers = servers
        // Never one that was somebody else's: some tests run beside the others.
        precondition(number < ClusterServers.redisDatabases)
        redisDatabase = number
        queueName = "orders_\(number)"
        databaseName = try servers.maria.makeDatabase()
        _ = try redis("FLUSHDB")
    }

    var environment: [String: String] {
        [
            "REDIS_URL": "redis://127.0.0.1:\(servers.redis.port)/\(redisDatabase)",
            "RABBITMQ_HOST": "127.0.0.1", "RABBITMQ_PORT": "\(servers.rabbit.port)",
            "RABBITMQ_QUEUE_NAME": queueName,
        ]
    }

    /// With as many partitions as there are by default.
    var partitionQueues: [String] { (0..<4).map { "\(queueName).\($0)" } }

    var otherClient: OtherAMQPClient {
        OtherAMQPClient(port: UInt16(servers.rabbit.port), user: "guest", password: "guest")
    }

    var databaseURL: String { servers.maria.url(databaseName) }

    /// What `redis-cli` prints for a command in this deployment's database.
    func redis(_ words: String...) throws -> String {
        let process = try ChildProcess(
            "redis-cli", ["-p", "\(servers.redis.port)", "-n", "\(redisDatabase)"] + words)
        guard let output = process.output.wholeText() else { throw Failure(description: "redis-cli does not end") }
        return output
    }

    /// How many messages the broker has for this deployment, those in somebody's hands included, dead letters not.
    /// Takes a second.
    ///
    /// Asked of the queues themselves: what `rabbitmqctl list_queues` says of a quorum queue can be five seconds old.
    func messages() throws -> Int {
        let expression = """
            lists:sum([case amqqueue:get_type(Q) of
                rabbit_quorum_queue ->
                    {ok, {_, N}, _} = ra:leader_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1), N;
                _ -> [{messages, N}] = rabbit_amqqueue:info(Q, [messages]), N
            end || Q <- rabbit_amqqueue:list(<<"/">>), begin
                {resource, _, _, Name} = amqqueue:get_name(Q),
                Name =:= <<"\(queueName)">> orelse
                    (string:prefix(Name, "\(queueName).") =/= nomatch andalso Name =/= <<"\(queueName).dead">>)
            end]).
            """
        let output = try servers.rabbit.control("eval", expression)
        guard let output, let count = Int(output.split(separator: "\n").joined()) else {
            throw Failure(description: "no count of messages: \(output ?? "rabbitmqctl failed")")
        }
        return count
    }
}
