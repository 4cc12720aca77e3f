import ArgumentParser
import Logging
import Settings
import Workers

/// The flags that all commands share which run the service or look at what it runs on.
struct ServiceOptions: ParsableArguments {
    @OptionGroup(title: ServerSettingGroup.heading) private var server: SettingOptions<ServerSettingGroup>
    @OptionGroup(title: LogSettingGroup.heading) private var logs: SettingOptions<LogSettingGroup>
    @OptionGroup(title: DatabaseSettingGroup.heading) private var database: SettingOptions<DatabaseSettingGroup>
    @OptionGroup(title: RedisSettingGroup.heading) private var redis: SettingOptions<RedisSettingGroup>
    @OptionGroup(title: CacheSettingGroup.heading) private var cache: SettingOptions<CacheSettingGroup>
    @OptionGroup(title: RabbitMQSettingGroup.heading) private var rabbitMQ: SettingOptions<RabbitMQSettingGroup>
    @OptionGroup(title: LoadSettingGroup.heading) private var load: SettingOptions<LoadSettingGroup>
    @OptionGroup(title: HTTPSettingGroup.heading) private var http: SettingOptions<HTTPSettingGroup>

    static let precedence = """
        Every setting can be given as a flag, as an environment variable (--db-write-batch is DB_WRITE_BATCH) or as a \
        line of a .env file in the working directory; flags win over the environment, and that over the file. \
        \(namesWithoutFlag) have no flag: every user of a machine can read flags. URLs with a password belong into the \
        environment too.
        """

    private static var namesWithoutFlag: String {
        let names = SettingCatalog.ofService.flatMap { $0.settings }.filter { $0.flag == nil }.map { $0.name }
        return names.dropLast().joined(separator: ", ") + names.suffix(1).map { " and \($0)" }.joined()
    }

    /// What was given as flags, by the name of the variable.
    var values: [String: String] {
        [
            server.values, logs.values, database.values, redis.values, cache.values, rabbitMQ.values, load.values,
            http.values,
        ].reduce(into: [:]) { all, group in all.merge(group) { $1 } }
    }

    /// Where values come from, in their order of precedence.
    func settings() throws(SettingError) -> SettingReader {
        SettingReader(flags: values, environment: Environment.variables(), dotEnv: try Environment.dotEnvFile())
    }

    /// The error stays what it is: a ValidationError would be printed with two lines about usage behind it, as if the
    /// command had been mistyped.
    func configuration() throws(SettingError) -> Configuration {
        try Configuration(try settings(), processors: Environment.processors())
    }

    func clusterConfiguration(_ configuration: Configuration) throws(SettingError) -> ClusterConfiguration {
        try ClusterConfiguration(
            try settings(), jobsPerMessage: configuration.jobsPerMessage,
            jobsPerTransaction: configuration.worker.jobsPerTransaction)
    }
}
