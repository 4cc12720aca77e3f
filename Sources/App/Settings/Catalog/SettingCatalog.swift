/// Every setting there is: name, default, range and meaning stand here and nowhere else.
///
/// The code reads a setting by its entry. Flags and `--help` are made from the entries at run time.
/// `make settings-docs` makes `.env.example` and the tables in docs/configuration.md from them. A test holds both files
/// to the entries.
enum SettingCatalog {
    static let server = ServerSettingGroup()
    static let logs = LogSettingGroup()
    static let database = DatabaseSettingGroup()
    static let redis = RedisSettingGroup()
    static let cache = CacheSettingGroup()
    static let rabbitMQ = RabbitMQSettingGroup()
    static let load = LoadSettingGroup()
    static let http = HTTPSettingGroup()
    static let scripts = ScriptSettingGroup()

    /// Those of the service, in the order in which they are shown.
    static let ofService: [any SettingGroup] = [server, logs, database, redis, cache, rabbitMQ, load, http]
    /// Those of start_services.sh and stop_services.sh come last.
    static let groups: [any SettingGroup] = ofService + [scripts]
}
