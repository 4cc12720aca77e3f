import ArgumentParser
import Glibc
import Log
import Logging
import Reactor

/// `spillway serve`: the API and the workers in one process.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Take orders over HTTP and write them into the database.",
        discussion: ServiceOptions.precedence)

    @Flag(help: "Need no other server: SQLite database, durable queue in a SQLite file, cache in memory.")
    var embedded = false

    @OptionGroup var options: ServiceOptions

    func run() throws {
        let configuration = try options.configuration()
        guard embedded else { return try options.runOnCluster(configuration, as: [.api, .worker]) }
        try options.run(configuration) { EmbeddedService(process: $0).run() }
    }
}

/// `spillway api`: takes orders, and leaves them in the queue for the workers of other processes.
struct APICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Take orders over HTTP; the workers run elsewhere.",
        discussion: ServiceOptions.precedence)

    @OptionGroup var options: ServiceOptions

    func run() throws { try options.runOnCluster(try options.configuration(), as: .api) }
}

/// `spillway worker`: writes what others have queued.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Write queued orders into the database; the API runs elsewhere.",
        discussion: ServiceOptions.precedence)

    @OptionGroup var options: ServiceOptions

    func run() throws { try options.runOnCluster(try options.configuration(), as: .worker) }
}

extension ServiceOptions {
    fileprivate func runOnCluster(_ configuration: Configuration, as roles: ClusterComponents.Roles) throws {
        let cluster = try clusterConfiguration(configuration)
        try run(configuration, hasAPI: roles.contains(.api)) {
            ClusterService(process: $0, cluster: cluster, roles: roles).run()
        }
    }

    /// Runs `service` with the logs that it is given, and ends the process with its status.
    fileprivate func run(
        _ configuration: Configuration, hasAPI: Bool = true, _ service: (ServiceProcess) -> Int32
    ) throws {
        ProcessSetup.prepare()
        let writer = LogWriter(configuration.logFormat, configuration.secrets)
        let verbosity = Verbosity(configuration.logLevel)
        let logger = Logger(label: "spillway") { _ in ServiceLogHandler(writer: writer, verbosity: verbosity) }
        let accessLog = hasAPI ? try configuration.accessLog.open(logger) : nil
        let shutdown = Shutdown(configuration, logger: logger) { milliseconds in
            accessLog?.writer.close(withinMilliseconds: milliseconds / 2)
            writer.close(withinMilliseconds: milliseconds / 2)
        }
        let status = service(
            ServiceProcess(configuration, logger: logger, accessLog: accessLog, shutdown: shutdown))
        accessLog?.writer.close()
        writer.close()
        // Not exit(3): what libraries do there might meet a thread that still uses them.
        _exit(status)
    }
}
