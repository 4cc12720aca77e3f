package import Orders
import Reactor
package import Store

/// The jobs of one transaction on their way from the queue into the database: decoded, applied, and told what became of
/// them. Shared by the worker of the embedded queue and that of the broker; reused from batch to batch.
package struct WorkBatch: ~Copyable {
    /// Filled by ``add(_:body:offset:)``.
    package private(set) var jobs = JobBatch()
    private var decoder = JobDecoder()
    /// How many were added.
    package private(set) var messages = 0
    /// What became of jobs with which it did not go as they say, by their index.
    private var exceptions: [Int: JobException.Effect] = [:]

    package init() {}

    package var rejected: [RejectedJob] { jobs.rejected }

    package mutating func removeAll() {
        jobs.removeAll()
        messages = 0
        exceptions.removeAll(keepingCapacity: true)
    }

    /// Decodes the next message. ``JSONParser/padding`` bytes behind `body` must be readable; `offset` is where it
    /// starts in the bytes that ``letters(for:in:)`` gets later.
    ///
    /// - Parameter version: of those changes in it that have none; nil where the message doesn't say.
    package mutating func add(body: UnsafeRawBufferPointer, offset: Int, version: OrderVersion? = nil) {
        let first = jobs.jobs.count
        decoder.decode(message: body, baseOffset: offset, messageIndex: messages, into: &jobs)
        if let version {
            for index in first..<jobs.jobs.count where jobs.jobs[index].version == nil {
                jobs.jobs[index].version = version
            }
        }
        messages += 1
    }

    /// See ``OrderStore``; when this throws it may be called again.
    package mutating func apply(
        to store: any OrderStore, partition: Int, oldestQueuedMilliseconds: UInt64,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        let result = try store.apply(
            jobs, partition: partition, oldestQueuedMilliseconds: oldestQueuedMilliseconds, setAside: setAside)
        exceptions.removeAll(keepingCapacity: true)
        for exception in result.exceptions { exceptions[exception.job] = exception.effect }
        return result
    }

    /// What the caches have to know of the job at `index`, after
    /// ``apply(to:partition:oldestQueuedMilliseconds:setAside:)``. nil where nothing they show may change: a change
    /// that waits for its order's creation is pending as before.
    package func settled(_ index: Int) -> SettledWrite? {
        let job = jobs.jobs[index]
        let version = job.version ?? .none
        let isThere = job.kind != .deleteOrder
        guard !exceptions.isEmpty, let exception = exceptions[index] else {
            return SettledWrite(orderID: job.orderID, version: version, isShown: isThere)
        }
        return switch exception {
        case .early: nil
        case .refused: SettledWrite(orderID: job.orderID, version: version, isShown: false)
        case .applied(let actual): SettledWrite(orderID: job.orderID, version: actual, isShown: isThere)
        // A creation that is delivered once more is there as it was created. And a reset supersedes changes of what it
        // has removed, newer ones too.
        case .superseded(let newer):
            SettledWrite(
                orderID: job.orderID, version: max(newer, version),
                isShown: job.kind == .createOrder && newer == version)
        }
    }

    /// Whether the job at `index` was set aside.
    package func isRefused(_ index: Int) -> Bool { !exceptions.isEmpty && exceptions[index] == .refused }

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
