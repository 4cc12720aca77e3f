import Reactor
import TestServers
import Testing

@testable import Health
@testable import Orders
@testable import Store
@testable import Workers

@Suite struct DatabaseProofTests {
    /// A database that can be away.
    private final class Store: OrderStore {
        var failure: StoreError?
        var looks = 0

        func prepare() throws(StoreError) {
            looks += 1
            if let failure { throw failure }
        }

        func apply(
            _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
            setAside: ([RejectedJob]) throws(StoreError) -> Void
        ) throws(StoreError) -> ApplyResult { ApplyResult() }
    }

    private let store = Store()
    private let health = Health(logger: CapturedLog().logger)
    private let reporter: DependencyReporter

    init() { reporter = health.reporter(for: .database) }

    @Test("It looks once, and then knows")
    func proven() {
        var proof = DatabaseProof(store, reporter)
        #expect(health.dependencies.map(\.state) == [.waiting])
        for _ in 0..<3 { #expect(proof.look() == .never) }
        #expect(store.looks == 1 && health.dependencies.map(\.state) == [.working])
    }

    @Test("A batch that was applied is proof enough")
    func used() {
        var proof = DatabaseProof(store, reporter)
        proof.used(failure: nil)
        #expect(proof.look() == .never && store.looks == 0 && health.failures.isEmpty)
    }

    @Test("While the database is away it looks again after a pause, and says when")
    func away() {
        store.failure = .notSetAside(reason: "away")
        var proof = DatabaseProof(store, reporter)
        let next = proof.look()
        #expect(next > .now() && next != .never)
        #expect(proof.look() == next && store.looks == 1)
        #expect(health.dependencies.map(\.state) == [.failing])
        store.failure = nil
        #expect(eventually { proof.look() == .never })
        #expect(store.looks == 2 && health.failures.isEmpty)
    }

    @Test("A failure of a batch that went to another instance is looked into here")
    func lostBatch() {
        var proof = DatabaseProof(store, reporter)
        _ = proof.look()
        proof.used(failure: "deadlock")
        #expect(health.failures.map(\.reason) == ["deadlock"])
        #expect(proof.look() == .never && store.looks == 2 && health.failures.isEmpty)
    }
}
