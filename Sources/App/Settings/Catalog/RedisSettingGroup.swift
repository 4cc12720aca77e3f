struct RedisSettingGroup: SettingGroup {
    static let title = "Redis"
    static let profile = SettingFacts.Profile.cluster

    let url = TextSetting(
        SettingFacts(
            "REDIS_URL", "Where Redis is: redis://user:password@host:port/database; rediss:// is TLS.",
            secrecy: .passwordInURL),
        default: "redis://localhost:6379/0")
    let authorityFile = OptionalTextSetting(
        SettingFacts(
            "REDIS_CA_FILE", "PEM file of the authority that a rediss:// server is checked by."),
        defaultInWords: "the system's")
}
