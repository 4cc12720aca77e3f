package struct DatabaseSettingGroup: SettingGroup {
    package static let title = "Database"

    package let url = TextSetting(
        SettingFacts(
            "DATABASE_URL",
            "Where the orders are kept: sqlite:///relative.db, sqlite:////absolute.db or "
                + "mysql://user:password@host:port/name?ssl=true&ssl_ca=/path.",
            secrecy: .passwordInURL),
        default: "sqlite:///database.db")
    package let host = OptionalTextSetting(
        SettingFacts(
            "DB_HOST", "Server of MariaDB or MySQL, for the address in parts; DATABASE_URL wins.", hasFlag: false))
    package let port = IntegerSetting(
        SettingFacts("DB_PORT", "Port of the server in DB_HOST.", hasFlag: false), in: 1...65_535, default: 3306)
    package let user = OptionalTextSetting(SettingFacts("DB_USER", "User of the server in DB_HOST.", hasFlag: false))
    package let password = OptionalTextSetting(
        SettingFacts("DB_PASS", "Password of DB_USER.", secrecy: .secret, hasFlag: false))
    package let databaseName = OptionalTextSetting(
        SettingFacts("DB_NAME", "Database on the server in DB_HOST.", hasFlag: false))
    package let queueFile = TextSetting(
        SettingFacts(
            "QUEUE_FILE", "File of the durable queue; by default beside the database, and called after it.",
            profile: .embedded),
        default: "database-queue.db")
    package let writeLagMilliseconds = IntegerSetting(
        SettingFacts("DB_WRITE_LAG_MS", "Simulated duration of one write transaction, in milliseconds."),
        in: 0...600_000, unit: "milliseconds", default: 300)
    package let writeBatch = IntegerSetting(
        SettingFacts("DB_WRITE_BATCH", "Most jobs in one write transaction; 1 is a transaction for each job."),
        in: 1...1_000_000, unit: "jobs", default: 4096)

    package init() {}
}
