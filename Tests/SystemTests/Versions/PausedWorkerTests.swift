import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("A worker that stands still") struct PausedWorkerTests {
        /// It is stopped where it waits for the file's lock, in the middle of its transaction's first step: so it goes
        /// on with its batch as soon as it runs again, whatever the broker thinks of it by then.
        @Test("What it had in hand and others have applied since is not undone when it goes on")
        func paused() throws {
            let service = try WorkerlessService(.clusterSQLite)
            let ids = try service.createApplied(3)
            let (updated, deleted, untouched) = (ids[0], ids[1], ids[2])
            let paused = try service.startWorker(["DB_WRITE_LAG_MS": "500"])
            try service.client.accept([WriteRequest.update(untouched, status: "zeroth")])
            #expect(try service.deployment.hasDrained(), "\(paused.errors.text)")
            try pause(paused, service) {
                try service.client.accept(ids.map { WriteRequest.update($0, status: "first") })
            }
            let other = try service.startWorker()
            // The broker misses its heartbeats.
            let stored = try service.deployment.stored()
            #expect(try eventually(within: 45) { try stored.orders()[untouched]?.status == "first" })
            try service.client.accept([WriteRequest.update(updated, status: "second")])
            try service.client.accept([WriteRequest.delete(deleted)])
            #expect(try service.deployment.hasDrained(), "\(other.errors.text)")
            other.send(SIGTERM)
            #expect(other.waitForEnd(within: 20) == .exited(0))

            paused.thaw()
            // It takes the next one when it has done with what it had.
            let last = try service.client.accept([WriteRequest.create(TestOrder(customer: "last"))])[0]
            #expect(try service.deployment.hasDrained(), "\(paused.errors.text)")
            let expected = [updated: "second", untouched: "first", last: "received"]
            #expect(try service.storedStatuses() == expected)
            for (id, status) in expected { #expect(try service.client.show(id).json["status"] == .string(status)) }
            #expect(try service.client.show(deleted).status == 404)
            #expect(try eventually { try service.client.total() == expected.count })
        }

        /// Stops the worker while it tries to apply `writes`.
        private func pause(_ worker: ChildProcess, _ service: WorkerlessService, with writes: () throws -> Void) throws
        {
            let file = try SQLiteFile(service.deployment.directory.file("orders.db"))
            try file.execute("BEGIN IMMEDIATE")
            try writes()
            #expect(try eventually { try service.waitingMessages() == 0 }, "\(worker.errors.text)")
            // Its lag has passed by then, and its wait for the file is not over.
            _ = eventually(within: 1) { false }
            #expect(worker.freeze())
            try file.execute("ROLLBACK")
        }
    }
}
