/// Where a message lies in the queue file: its rowid, made of sequence and partition.
///
/// The sequence comes first, so that every commit appends to the end of one table: the messages of its partitions share
/// the last page instead of each having a page of its own to write. A worker passes over the rows of the other
/// partitions, of which only the rowid is looked at.
enum EmbeddedQueuePosition {
    /// How many bits the partition takes: there are 256 partitions at most.
    static let partitionBits: Int64 = 8

    /// Enough for a million messages a second for five centuries.
    static let largestSequence = (Int64(1) << (62 - partitionBits)) - 1

    /// Tells the rows of partition `?3` of a range of positions.
    static let isOfPartition = "position & \((1 << partitionBits) - 1) = ?3"

    static func of(partition: Int, sequence: Int64) -> Int64 {
        precondition(sequence >= 0 && sequence <= largestSequence)
        precondition(partition >= 0 && partition < 1 << partitionBits)
        return sequence << partitionBits | Int64(partition)
    }

    static func sequence(of position: Int64) -> Int64 { position >> partitionBits }
}
