package struct CacheSettingGroup: SettingGroup {
    package static let title = "Cache"

    package let isDisabled = BooleanSetting(
        SettingFacts(
            "CACHE_DISABLED",
            "No cache at all: reads go to the database, what waits in the queue can't be read yet, and a PATCH or "
                + "DELETE of an unknown order is taken."),
        default: false)
    package let readSeconds = IntegerSetting(
        SettingFacts("ORDERS_CACHE_TTL", "Seconds for which an order or a list read from the database is kept."),
        in: 0...86_400, unit: "seconds", default: 30)
    package let appliedSeconds = IntegerSetting(
        SettingFacts("TEMP_ORDER_CACHE_TTL", "Seconds for which an order is kept after its write was applied."),
        in: 0...86_400, unit: "seconds", default: 60)
    package let maxBytes = IntegerSetting(
        SettingFacts(
            "CACHE_MAX_BYTES",
            "Bytes for orders in memory; those applied or read make room for those still queued, down to a quarter "
                + "of it.",
            profile: .embedded),
        in: 0...1 << 40, unit: "bytes", default: 48 << 20)

    package init() {}
}
