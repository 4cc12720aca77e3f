import Health
import Queue
import Reactor
import Store

/// Tells whether a worker's database can be written, and finds it out where no batch does: before the first one, since
/// a balancer sends nothing to a service that isn't ready, and when the batch that failed went to another instance.
struct DatabaseProof {
    private let store: any OrderStore
    private let reporter: DependencyReporter
    /// The last use of the database went well.
    private var isProven = false
    private var pause = Backoff.ofBatch
    private var nextLook = Deadline(nanoseconds: 0)

    init(_ store: any OrderStore, _ reporter: DependencyReporter) {
        self.store = store
        self.reporter = reporter
    }

    /// A batch was applied, or it failed for this reason.
    mutating func used(failure: String?) {
        isProven = failure == nil
        reporter.report(failure: failure)
    }

    /// While no batch is in hand that would be tried again. Looks if it is time to, which may block for some seconds.
    ///
    /// - Returns: when it wants to look again.
    mutating func look() -> Deadline {
        guard !isProven else { return .never }
        guard nextLook <= .now() else { return nextLook }
        do throws(StoreError) {
            try store.prepare()
            used(failure: nil)
            pause.reset()
            return .never
        } catch {
            used(failure: error.description)
            nextLook = .now().advanced(byMilliseconds: pause.next())
            return nextLook
        }
    }
}
