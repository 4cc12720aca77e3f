package struct RedisSettingGroup: SettingGroup {
    package static let title = "Redis"
    package static let profile = SettingFacts.Profile.cluster

    package let url = TextSetting(
        SettingFacts(
            "REDIS_URL", "Where Redis is: redis://user:password@host:port/database; rediss:// is TLS.",
            secrecy: .passwordInURL),
        default: "redis://localhost:6379/0")
    package let authorityFile = OptionalTextSetting(
        SettingFacts(
            "REDIS_CA_FILE", "PEM file of the authority that a rediss:// server is checked by."),
        defaultInWords: "the system's")

    package init() {}
}
