import Orders
package import Reactor
package import Store

/// How long Redis remembers what it needs to tell old from new.
package enum CacheLife {
    /// By how much a version outlives what is shown of its order: for longer than a read of the database, or the
    /// showing of a write, is under way. Whoever comes later still is found out when the order is read.
    package static let versionMilliseconds: UInt64 = 60_000
}

extension RedisCommand {
    /// Begins a call of `settled` or of `appliedUnversioned`. Both take two lives first: that of an order which stays
    /// as it was applied, and that of versions. The writes follow.
    package mutating func begin(_ script: CacheScript, shownForSeconds ttlSeconds: Int) {
        begin(script)
        append(decimal: UInt64(ttlSeconds))
        append(decimal: CacheLife.versionMilliseconds)
    }

    /// The order id, the version, and whether the database has that state: as the script `settled` takes them.
    package mutating func append(_ write: SettledWrite) {
        append(uuid: write.orderID)
        append(version: write.version)
        append(write.isShown ? "1" : "0")
    }
}
