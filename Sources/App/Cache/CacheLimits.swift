import Reactor

/// How long and how much the caches keep; the defaults are those of the settings.
struct CacheLimits: Sendable {
    /// TEMP_ORDER_CACHE_TTL: how long an applied write stays. 0: gone at once.
    var temporaryTTLSeconds = SettingCatalog.cache.appliedSeconds.fallback
    /// ORDERS_CACHE_TTL, jittered by 10 %: what was read from the database. 0: not kept at all.
    var detailTTLSeconds = SettingCatalog.cache.readSeconds.fallback
    /// Memory for all entries. Those with pending writes stay whatever they take; the others, applied writes and what was read from
    /// the database, have what those leave, and a quarter of this in any case.
    var maxBytes = SettingCatalog.cache.maxBytes.fallback
    /// A longer list answer is given to those who wait for it, and not kept.
    var maxListPageBytes = 1 << 20
    /// List answers in memory: their number and their bytes, of first pages and of all others each. In the cluster these bytes
    /// bound what a process puts into Redis during ORDERS_CACHE_TTL, of each too.
    var maxListPages = 512
    var maxListBytes = 32 << 20
    /// CACHE_DISABLED: nothing is stored, nothing is shared.
    var isDisabled = SettingCatalog.cache.isDisabled.fallback
}

extension Deadline {
    func advanced(bySeconds seconds: Int) -> Deadline {
        advanced(byMilliseconds: seconds * 1000)
    }

    /// `seconds` from now, give or take a tenth, so that what was read together is not read again together.
    func jittered(bySeconds seconds: Int, _ random: inout SplitMix) -> Deadline {
        let span = seconds * 1000
        return advanced(byMilliseconds: Int.random(in: span - span / 10...span + span / 10, using: &random))
    }
}
