package import Orders
import Reactor
package import Store

/// The jobs of one transaction on their way from the queue into the database: decoded, applied, and told what became of
/// them. Shared by the worker of the embedded queue and that of the broker; reused from batch to batch.
package struct WorkBatch: ~Copyable {
    /// Filled by ``add(_:body:offset:)``.
    package private(set) var jobs = JobBatch()
    private var decoder = JobDecoder()
    /// Jobs that the database has refused.
    private var refused: Set<UUID> = []
    /// Orders that an update or a delete did not find.
    private var missing: Set<UUID> = []
    /// Orders with an idempotency key that were created before.
    private var repeated: Set<UUID> = []

    package init() {}

    package var rejected: [RejectedJob] { jobs.rejected }

    package mutating func removeAll() {
        jobs.removeAll()
        refused.removeAll()
        missing.removeAll()
        repeated.removeAll()
    }

    /// Decodes the next message. ``JSONParser/padding`` bytes behind `body` must be readable; `offset` is where it
    /// starts in the bytes that ``letters(for:in:)`` gets later.
    package mutating func add(_ id: MessageID, body: UnsafeRawBufferPointer, offset: Int) {
        let number = jobs.messages.count
        let (firstJob, firstRejected) = (jobs.jobs.count, jobs.rejected.count)
        // Decoding tells which jobs the message has, and perhaps its id with that.
        jobs.messages.append(UUID(high: 0, low: 0))
        decoder.decode(message: body, baseOffset: offset, messageIndex: number, into: &jobs)
        switch id {
        case .known(let known):
            jobs.messages[number] = known
        case .ofContent:
            let jobID =
                firstJob < jobs.jobs.count
                ? jobs.jobs[firstJob].id
                : jobs.rejected[firstRejected...].lazy.compactMap(\.id).first
            jobs.messages[number] = jobID?.withoutTime ?? UUID(contentOf: body)
        }
    }

    /// See ``OrderStore``; when this throws it may be called again.
    package mutating func apply(
        to store: any OrderStore, partition: Int, forgetting: ForgottenMessages,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        var refused: Set<UUID> = []
        let result = try store.apply(jobs, partition: partition, forgetting: forgetting) {
            (rejected) throws(StoreError) in
            try setAside(rejected)
            for job in rejected { if let id = job.id { refused.insert(id) } }
        }
        self.refused = refused
        missing = Set(result.missing)
        repeated = Set(result.repeated)
        return result
    }

    /// After ``apply(to:partition:forgetting:setAside:)``: the cache must not go on showing what the database does not
    /// have.
    package func outcome(of job: Job) -> WriteOutcome {
        if !refused.isEmpty && refused.contains(job.id) { return .rejected }
        if !missing.isEmpty && job.kind != .createOrder && missing.contains(job.orderID) { return .missing }
        // Others may have changed that order since: it has to be read.
        if !repeated.isEmpty && job.kind == .createOrder && repeated.contains(job.orderID) { return .rejected }
        return .applied
    }

    /// The letters of `rejected`, whose sources are ranges of `bytes`; `attempts` tells how often a message was tried.
    package static func letters(
        for rejected: [RejectedJob], in bytes: UnsafeRawBufferPointer, attempts: (_ message: Int) -> Int = { _ in 1 }
    ) -> [DeadLetter] {
        let now = Int64(WallClock.nanoseconds() / 1_000_000)
        return rejected.map { job in
            DeadLetter(
                jobID: job.id, body: [UInt8](job.source.of(bytes)), reason: job.reason,
                attempts: attempts(job.message),
                failedAtMilliseconds: now)
        }
    }
}
