/// Every setting there is: name, default, range and meaning stand here and nowhere else.
///
/// The code reads a setting by its entry. Flags and `--help` are made from the entries at run time.
/// `make settings-docs` makes `.env.example` and the tables in docs/configuration.md from them. A test holds both files
/// to the entries.
package enum SettingCatalog {
    package static let server = ServerSettingGroup()
    package static let logs = LogSettingGroup()
    package static let database = DatabaseSettingGroup()
    package static let redis = RedisSettingGroup()
    package static let cache = CacheSettingGroup()
    package static let rabbitMQ = RabbitMQSettingGroup()
    package static let load = LoadSettingGroup()
    package static let http = HTTPSettingGroup()
    package static let scripts = ScriptSettingGroup()

    /// Those of the service, in the order in which they are shown.
    package static let ofService: [any SettingGroup] = [server, logs, database, redis, cache, rabbitMQ, load, http]
    /// Those of start_services.sh and stop_services.sh come last.
    package static let groups: [any SettingGroup] = ofService + [scripts]
}
