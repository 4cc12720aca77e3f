package struct LoadSettingGroup: SettingGroup {
    package static let title = "Load limits"

    package let maxInFlightOrders = IntegerSetting(
        SettingFacts(
            "MAX_IN_FLIGHT_ORDERS", "Orders that may wait for their durable acknowledgement; more get 503."),
        in: 1...1_000_000, default: 16_384)
    package let maxPendingBytes = IntegerSetting(
        SettingFacts("MAX_PENDING_BYTES", "Bytes of accepted orders that may wait for the database; more get 503."),
        in: 1...1 << 40, unit: "bytes", default: 512 << 20)
    package let maxPendingReads = IntegerSetting(
        SettingFacts("MAX_PENDING_READS", "Reads of the database that may wait; more get 503."),
        in: 1...1_000_000, default: 4096)

    package init() {}
}
