import TestServers

/// One service for one test: what it runs on, under names that no other test uses there, and the instances that it
/// starts.
struct Deployment: Sendable {
    let profile: Profile
    let directory = TemporaryDirectory()
    /// nil when it is embedded.
    let space: ClusterSpace?

    /// On the shared servers.
    init(_ profile: Profile) throws {
        try self.init(profile, on: profile == .embedded ? nil : ClusterServers.shared.get())
    }

    init(_ profile: Profile, on servers: ClusterServers?) throws {
        precondition((profile == .embedded) == (servers == nil))
        self.profile = profile
        space = try servers.map { try ClusterSpace(on: $0) }
    }

    /// Starts an instance. All instances of a deployment share everything but their port.
    func start(
        _ settings: [String: String] = [:], command: String = "serve", until milestone: ServerProcess.Milestone = .ready
    ) throws -> ServerProcess {
        try ServerProcess(
            in: directory, environment(settings), command: profile == .embedded ? [command, "--embedded"] : [command],
            until: milestone)
    }

    /// Starts `spillway worker`.
    func startWorker(_ settings: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(
            ServerProcess.binary, ["worker"],
            environment: ServerProcess.environment(in: directory, environment(settings)),
            directory: directory.path)
    }

    /// Runs a command that ends by itself.
    func run(_ arguments: [String], _ settings: [String: String] = [:]) throws -> SpillwayCommand {
        try SpillwayCommand(
            arguments, ServerProcess.environment(in: directory, environment(settings)), in: directory)
    }

    /// What leads to its place on the servers, and `settings`.
    func environment(_ settings: [String: String] = [:]) -> [String: String] {
        var environment = space?.environment ?? [:]
        if profile == .clusterMariaDB { environment["DATABASE_URL"] = space?.databaseURL }
        return environment.merging(settings) { $1 }
    }

    /// The orders, read past the service.
    func stored() throws -> any StoredOrders {
        guard profile == .clusterMariaDB, let space else { return try OrderDatabase(directory.file("orders.db")) }
        return MariaOrders(space.servers.maria, database: space.databaseName)
    }

    /// Whether all that was accepted has been applied and acknowledged.
    func hasDrained(within seconds: Double = 30) throws -> Bool {
        guard let space else { return try QueueFile(directory.file("queue.db")).hasDrained(within: seconds) }
        return try eventually(within: seconds) { try space.messages() == 0 }
    }
}
