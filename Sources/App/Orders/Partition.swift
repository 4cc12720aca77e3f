extension UUID {
    /// Which of `count` partitions carries the jobs of this order: the same on every instance and after every restart,
    /// so that the jobs of one order stay in one queue and keep their order.
    package func partition(of count: Int) -> Int {
        // Both words are mixed, since ids that other services made may be random in either.
        var mixed = (high ^ low) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return Int(mixed % UInt64(count))
    }
}

extension UUID {
    /// As many ids are looked at as leave hardly a partition of 256 unfound.
    private static let placingSteps: UInt64 = 4_096

    /// An id like this one that belongs to `partition`: other in the last 62 bits alone, which are random in a version
    /// 7 id. This one itself when none was found.
    package func placed(in partition: Int, of count: Int) -> UUID {
        var id = self
        // One in `count` ids belongs there, so about that many are looked at.
        for step in 0..<Self.placingSteps {
            // An odd factor, so that all bits vary with the step, and never those of the variant.
            id.low = low ^ (step &* 0xD134_2543_DE82_EF95) >> 2
            if id.partition(of: count) == partition { return id }
        }
        return self
    }
}

extension UUID {
    /// For how long all new orders belong to the same partition.
    static let partitionSliceMilliseconds: UInt64 = 64

    /// An id like this one, a version 7 id, that belongs to the partition whose turn it is now: one after the other has
    /// it, and all instances find the same one as far as their clocks agree.
    ///
    /// So what gathers for the queue meanwhile fits into one large message instead of a small one for each partition.
    /// And the orders that a worker applies are neighbours in the database's indexes: were all partitions' ids mixed
    /// there, every page would be written by all workers, one after the other.
    ///
    /// - Parameter milliseconds: by the wall clock, since 1970. Not the time within the id: that stands nearly still
    ///   while the wall clock, which was set back, catches up with it.
    package func placed(inSliceAt milliseconds: UInt64, of partitions: Int) -> UUID {
        let slice = milliseconds / Self.partitionSliceMilliseconds
        return placed(in: Int(slice % UInt64(partitions)), of: partitions)
    }
}
