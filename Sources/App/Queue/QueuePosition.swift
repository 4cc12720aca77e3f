/// Where a message lies in the queue file: its rowid, made of partition and sequence, so that a partition is one run of
/// rows in the order of their sequences.
enum QueuePosition {
    /// A trillion messages for each partition.
    static let sequenceBits: Int64 = 40

    static let largestSequence = (Int64(1) << sequenceBits) - 1

    static func of(partition: Int, sequence: Int64) -> Int64 {
        precondition(sequence >= 0 && sequence <= largestSequence)
        return Int64(partition) << sequenceBits | sequence
    }

    static func sequence(of position: Int64) -> Int64 { position & largestSequence }
}
