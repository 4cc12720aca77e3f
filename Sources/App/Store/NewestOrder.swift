import Orders
import Reactor

/// How the newest order is found whose id tells when it was made: by the primary key, since such ids sort by time.
enum NewestOrder {
    /// For SQLite as well as for MariaDB. It looks no further ahead than a version may be, and passes over ids of the
    /// replaced service that happen to lie there.
    static func sql(nowMilliseconds: Int64) -> String {
        let limit = UInt64(max(0, nowMilliseconds)) + PartitionState.toleranceMilliseconds
        let end = UUID(high: limit << 16, low: 0)
        return "SELECT id FROM orders WHERE id < '\(end)' AND substr(id, 15, 1) = '7' ORDER BY id DESC LIMIT 1"
    }
}
