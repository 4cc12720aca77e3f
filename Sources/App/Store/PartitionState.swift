import Orders

/// What a database remembers of a partition.
struct PartitionState: Equatable {
    /// The newest version that a job of it had.
    var highest = OrderVersion.none
    /// What was created up to then is gone for good.
    var reset = OrderVersion.none

    /// How far a version may be ahead of the clock, and of all versions before it. A job that claims more is broken,
    /// and must not lead all that follow it there.
    static let toleranceMilliseconds: UInt64 = 3_600_000

    /// The newest version after `batch`; nil when it has no newer one.
    func highest(after batch: borrowing JobBatch, nowMilliseconds: UInt64) -> OrderVersion? {
        let limit = OrderVersion(
            millisecondsSince1970: max(nowMilliseconds, highest.millisecondsSince1970) + Self.toleranceMilliseconds)
        var newest = highest
        for index in batch.jobs.indices {
            guard let version = batch.jobs[index].version, version > newest, version <= limit else { continue }
            newest = version
        }
        return newest > highest ? newest : nil
    }
}

/// Where and when the rows of a transaction are recorded in `absent_orders`.
struct RecordPlace {
    var partition: Int
    var milliseconds: UInt64
}

extension OrderVersion {
    /// As a column of type BIGINT has it.
    static func stored(_ column: Int64) -> OrderVersion { OrderVersion(number: UInt64(max(0, column))) }

    /// Of the state that `orders` has of the order `id`, whose column says `column`: 0 where nobody has changed it, and
    /// for rows that the replaced service makes. Then its creation's version is its version.
    static func effective(of id: UUID, column: Int64) -> OrderVersion {
        max(.stored(column), OrderVersion(ofCreation: id))
    }
}
