import ArgumentParser
import Logging

/// The flags that all commands share which run the service or look at what it runs on.
struct ServiceOptions: ParsableArguments {
    @OptionGroup(title: "Server") var server: ServerOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "HTTP limits") var limits: LimitOptions

    static let precedence = """
        Every setting can be given as a flag, as an environment variable (--db-write-batch is DB_WRITE_BATCH) or as a \
        line of a .env file in the working directory; flags win over the environment, and that over the file. \
        ADMIN_PASSWORD, RABBITMQ_PASSWORD and DB_USER, DB_PASS, DB_HOST, DB_PORT, DB_NAME have no flag: every user of a \
        machine can read flags. URLs with a password belong into the environment too.
        """

    /// Where values come from, in their order of precedence.
    func settings() throws(SettingError) -> SettingReader {
        let flags = [server.values, storage.values, cache.values, queue.values, limits.values]
            .reduce(into: [:]) { all, group in all.merge(group) { $1 } }
        return SettingReader(
            flags: flags, environment: Environment.variables(), dotEnv: try Environment.dotEnvFile())
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
