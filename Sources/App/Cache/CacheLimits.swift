package import Reactor
import Settings

/// How long and how much the caches keep; the defaults are those of the settings.
package struct CacheLimits: Sendable {
    /// TEMP_ORDER_CACHE_TTL: how long an applied write stays. 0: gone at once.
    package var temporaryTTLSeconds: Int
    /// ORDERS_CACHE_TTL, jittered by 10 %: what was read from the database. 0: not kept at all.
    package var detailTTLSeconds: Int
    /// Memory for all entries. Those with pending writes stay whatever they take; the others, applied writes and what
    /// was read from the database, have what those leave, and a quarter of this in any case.
    package var maxBytes: Int
    /// A longer list answer is given to those who wait for it, and not kept.
    var maxListPageBytes: Int
    /// List answers in memory: their number and their bytes, of first pages and of all others each. In the cluster
    /// these bytes bound what a process puts into Redis during ORDERS_CACHE_TTL, of each too.
    var maxListPages: Int
    var maxListBytes: Int
    /// CACHE_DISABLED: nothing is stored, nothing is shared.
    package var isDisabled: Bool

    package init(
        temporaryTTLSeconds: Int = SettingCatalog.cache.appliedSeconds.fallback,
        detailTTLSeconds: Int = SettingCatalog.cache.readSeconds.fallback,
        maxBytes: Int = SettingCatalog.cache.maxBytes.fallback, maxListPageBytes: Int = 1 << 20,
        maxListPages: Int = 512, maxListBytes: Int = 32 << 20,
        isDisabled: Bool = SettingCatalog.cache.isDisabled.fallback
    ) {
        self.temporaryTTLSeconds = temporaryTTLSeconds
        self.detailTTLSeconds = detailTTLSeconds
        self.maxBytes = maxBytes
        self.maxListPageBytes = maxListPageBytes
        self.maxListPages = maxListPages
        self.maxListBytes = maxListBytes
        self.isDisabled = isDisabled
    }
}

extension Deadline {
    package func advanced(bySeconds seconds: Int) -> Deadline {
        advanced(byMilliseconds: seconds * 1000)
    }

    /// `seconds` from now, give or take a tenth, so that what was read together is not read again together.
    func jittered(bySeconds seconds: Int, _ random: inout SplitMix) -> Deadline {
        let span = seconds * 1000
        return advanced(byMilliseconds: Int.random(in: span - span / 10...span + span / 10, using: &random))
    }
}
