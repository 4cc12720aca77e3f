struct DatabaseSettingGroup: SettingGroup {
    static let title = "Database"

    let url = TextSetting(
        SettingFacts(
            "DATABASE_URL",
            "Where the orders are kept: sqlite:///relative.db, sqlite:////absolute.db or "
                + "mysql://user:password@host:port/name?ssl=true&ssl_ca=/path.",
            secrecy: .passwordInURL),
        default: "sqlite:///database.db")
    let host = OptionalTextSetting(
        SettingFacts(
            "DB_HOST", "Server of MariaDB or MySQL, for the address in parts; DATABASE_URL wins.", hasFlag: false))
    let port = IntegerSetting(
        SettingFacts("DB_PORT", "Port of the server in DB_HOST.", hasFlag: false), in: 1...65_535, default: 3306)
    let user = OptionalTextSetting(SettingFacts("DB_USER", "User of the server in DB_HOST.", hasFlag: false))
    let password = OptionalTextSetting(
        SettingFacts("DB_PASS", "Password of DB_USER.", secrecy: .secret, hasFlag: false))
    let databaseName = OptionalTextSetting(
        SettingFacts("DB_NAME", "Database on the server in DB_HOST.", hasFlag: false))
    let queueFile = TextSetting(
        SettingFacts(
            "QUEUE_FILE", "File of the durable queue; by default beside the database, and called after it.",
            profile: .embedded),
        default: "database-queue.db")
    let writeLagMilliseconds = IntegerSetting(
        SettingFacts("DB_WRITE_LAG_MS", "Simulated duration of one write transaction, in milliseconds."),
        in: 0...600_000, unit: "milliseconds", default: 300)
    let writeBatch = IntegerSetting(
        SettingFacts("DB_WRITE_BATCH", "Most jobs in one write transaction; 1 is a transaction for each job."),
        in: 1...1_000_000, unit: "jobs", default: 4096)
}
