import Reactor

/// A message on its way to the broker, and whose writes it carries.
package struct PublishedMessage {
    struct Share {
        let batch: WriteBatch
        let writes: Range<Int>
        let jobs: Int
    }

    let partition: Int
    let jobs: Int
    /// When it was written.
    let publishedAt: Deadline
    let shares: [Share]

    init(
        _ message: OutgoingMessage, of packed: borrowing OutgoingMessages, batches: [WriteBatch],
        publishedAt: Deadline = .now()
    ) {
        partition = message.partition
        jobs = message.jobs
        self.publishedAt = publishedAt
        shares = packed.shares[message.shares].map { share in
            Share(batch: batches[share.batch], writes: share.writes, jobs: share.jobs)
        }
    }

    /// Gives its writes their outcome; calls `finished` for each batch of which that was the last one.
    func settle(_ outcome: QueueOutcome, _ finished: (WriteBatch) -> Void) {
        for share in shares {
            let batch = share.batch
            // It is what a write begins with.
            if outcome != .accepted {
                for index in share.writes where batch.writes[index].partition == partition {
                    batch.writes[index].outcome = outcome
                }
            }
            batch.undecided -= share.jobs
            if batch.undecided == 0 { finished(batch) }
        }
    }
}
