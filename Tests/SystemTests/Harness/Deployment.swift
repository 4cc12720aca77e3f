import TestServers

/// One service for one test: what it runs on, under names that no other test uses there, and the instances that it starts.
struct Deployment {
    let profile: Profile
    let directory: TemporaryDirectory

    init(_ profile: Profile) throws {
        self.profile = profile
        directory = TemporaryDirectory()
    }

    /// Starts an instance. All instances of a deployment share everything but their port.
    func start(
        _ settings: [String: String] = [:], until milestone: ServerProcess.Milestone = .ready
    ) throws -> ServerProcess {
        try ServerProcess(in: directory, settings, command: ["serve", "--embedded"], until: milestone)
    }

    /// The orders, read past the service.
    func stored() throws -> any StoredOrders { try OrderDatabase(directory.file("orders.db")) }

    /// Whether all that was accepted has been applied and acknowledged.
    func hasDrained(within seconds: Double = 30) throws -> Bool {
        try QueueFile(directory.file("queue.db")).hasDrained(within: seconds)
    }
}
