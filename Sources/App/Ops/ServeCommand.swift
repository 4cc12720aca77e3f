import ArgumentParser
import Glibc
import Logging

/// `spillway serve`: the API and the workers in one process.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Take orders over HTTP and write them into the database.",
        discussion: """
            Every setting can be given as a flag, as an environment variable (--db-write-batch is DB_WRITE_BATCH) or as a \
            line of a .env file in the working directory; flags win over the environment, and that over the file.
            """)

    @Flag(help: "Need no other server: SQLite database, durable queue in a SQLite file, cache in memory.")
    var embedded = false

    @OptionGroup(title: "Server") var server: ServerOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "HTTP limits") var limits: LimitOptions

    func run() throws {
        guard embedded else {
            throw ValidationError("this version runs embedded only: spillway serve --embedded")
        }
        let configuration = try readConfiguration()
        ProcessSetup.prepare()
        let writer = LogWriter()
        let logger = Logger(label: "spillway") { [level = configuration.logLevel] _ in
            LineLogHandler(writer: writer, logLevel: level)
        }
        let status = EmbeddedService(configuration, logger: logger).run()
        writer.close()
        throw ExitCode(status)
    }

    /// The error stays what it is: a ValidationError would be printed with two lines about usage behind it, as if the
    /// command had been mistyped.
    private func readConfiguration() throws(SettingError) -> Configuration {
        let flags = [server.values, storage.values, cache.values, limits.values]
            .reduce(into: [:]) { all, group in all.merge(group) { $1 } }
        let settings = SettingReader(
            flags: flags, environment: Environment.variables(), dotEnv: try Environment.dotEnvFile())
        return try Configuration(settings, processors: Environment.processors())
    }
}
