import Glibc
import Synchronization
import TestServers
import Testing

extension SystemTests {
    /// Whatever hangs, the process ends with 0 when the grace period is over, and nothing that was acknowledged is
    /// lost.
    @Suite("The end of the grace period") struct GraceTests {
        private static let graceSeconds = 3
        private static let settings = [
            "SHUTDOWN_GRACE_SECONDS": "\(graceSeconds)", "SHUTDOWN_NOTICE_MS": "300", "API_WORKERS": "2",
        ]
        private static let oneWorker = ["RABBITMQ_PARTITIONS": "1"]
        /// For the kernel and the test to notice.
        private static let slackSeconds = 1.0

        @Test("A disk that takes nothing is left behind, and the log says who waited for it")
        func stuckDisk() throws {
            let directory = TemporaryDirectory()
            let server = try ServerProcess(in: directory, Self.settings)
            let client = server.client()
            let first = try client.create(TestOrder(customer: "kept"))
            let id = try #require(first.json["order_id"]?.text)
            let queue = try QueueFile(directory.file("queue.db"))
            #expect(try queue.hasDrained())
            try queue.file.execute("BEGIN IMMEDIATE")
            try client.send(RawRequest.create(TestOrder(customer: "stuck")))
            #expect(eventually { SocketTable.unreadBytes(port: server.port) == [0] })
            try expectEnd(server.process)
            #expect(
                server.log.contains("the grace period is over") && server.log.contains("committer"), "\(server.log)")
            #expect(server.log.contains("cut off connections=1"), "\(server.log)")
            try queue.file.execute("ROLLBACK")
            let again = try ServerProcess(in: directory)
            #expect(try again.client().show(id).status == 200)
            #expect(again.stop() == .exited(0))
        }

        @Test("A server of the cluster that stands still holds up nothing", arguments: Dependency.allCases)
        func frozen(dependency: Dependency) throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let server = try deployment.start(Self.settings)
            let tally = Tally()
            let isStopped = StopFlag()
            let clients = ThreadGroup(4) { number in create(server.client(), "c\(number)", tally, until: isStopped) }
            #expect(eventually { tally.ids.count > 50 })
            #expect(dependency.freeze(servers))
            defer { dependency.thaw(servers) }
            try expectEnd(server.process)
            // Whoever waited was told: 503, where the broker did not confirm in time.
            #expect(!server.log.contains("cut off"), "\(server.log)")
            isStopped.set()
            try clients.join()
            dependency.thaw(servers)
            try audit(deployment, tally)
        }

        @Test("Workers give back what they have in hand when the database stands still")
        func frozenUnderWorkers() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let settings = Self.settings.merging(Self.oneWorker) { $1 }
            let worker = try deployment.startWorker(settings)
            let api = try deployment.start(settings, command: "api")
            let tally = Tally()
            let client = api.client()
            createOne(client, "the worker is there", tally)
            #expect(try deployment.hasDrained())
            #expect(Dependency.database.freeze(servers))
            defer { Dependency.database.thaw(servers) }
            for number in 0..<50 { createOne(client, "order \(number)", tally) }
            #expect(tally.ids.count == 51)
            #expect(eventually { isStuck(worker, at: servers) })
            try expectEnd(worker)
            #expect(worker.errors.text.contains("unfinished=") && worker.errors.text.contains("worker-0"))
            try expectEnd(api.process)
            Dependency.database.thaw(servers)
            try audit(deployment, tally, settings)
        }

        @Test("A second signal ends it at once, also while it waits for a worker that is stuck")
        func secondSignal() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let server = try deployment.start(
                ["SHUTDOWN_GRACE_SECONDS": "600", "API_WORKERS": "1"].merging(Self.oneWorker) { $1 })
            let tally = Tally()
            #expect(Dependency.database.freeze(servers))
            defer { Dependency.database.thaw(servers) }
            createOne(server.client(), "kept", tally)
            #expect(tally.ids.count == 1)
            #expect(eventually { isStuck(server.process, at: servers) })
            server.process.send(SIGTERM)
            // Its event loops have ended: what is left waits for the worker.
            #expect(eventually { isRefused(port: server.port) })
            #expect(server.process.isRunning)
            server.process.send(SIGTERM)
            #expect(server.process.waitForEnd(within: 2) == .exited(1))
            Dependency.database.thaw(servers)
            try audit(deployment, tally, Self.oneWorker)
        }

        /// Whether it has sent something to a MariaDB that stands still: its worker waits for the answer.
        private func isStuck(_ process: ChildProcess, at servers: ClusterServers) -> Bool {
            SocketTable.unreadBytes(port: UInt16(servers.maria.port), from: process.pid).contains { $0 > 0 }
        }

        private func isRefused(port: UInt16) -> Bool {
            do throws(ClientError) {
                try HTTPClient(port: port).open()
                return false
            } catch {
                return error == .refused
            }
        }

        private func expectEnd(_ process: ChildProcess) throws {
            let start = Timeout.now()
            process.send(SIGTERM)
            #expect(process.waitForEnd(within: 20) == .exited(0))
            let seconds = Timeout.now() - start
            #expect(seconds < Double(Self.graceSeconds) + Self.slackSeconds, "\(process.errors.text)")
        }

        /// Creates orders until somebody says stop or the server has gone.
        private func create(_ client: HTTPClient, _ name: String, _ tally: Tally, until isStopped: StopFlag) {
            var number = 0
            while !isStopped.isSet && createOne(client, "\(name)-\(number)", tally) { number += 1 }
        }

        /// False when there is no server any more.
        @discardableResult
        private func createOne(_ client: HTTPClient, _ customer: String, _ tally: Tally) -> Bool {
            tally.willCreate(customer)
            do throws(ClientError) {
                let answer = try client.create(TestOrder(customer: customer))
                if answer.status == 202, let id = answer.json["order_id"]?.text { tally.created(customer, id: id) }
                if answer.status != 202 && answer.status != 503 {
                    tally.note("\(customer): \(answer.status) \(answer.text)")
                }
                return true
            } catch {
                if error == .refused { tally.refusedCreate(customer) }
                return false
            }
        }

        /// Everything that was acknowledged is in the database once, when somebody has taken it up.
        private func audit(_ deployment: Deployment, _ tally: Tally, _ settings: [String: String] = settings) throws {
            let again = try deployment.start(settings)
            #expect(try deployment.hasDrained(within: 60))
            tally.check(try deployment.stored().orders())
            #expect(tally.violations.isEmpty, "\(tally.violations.prefix(5))")
            #expect(again.stop() == .exited(0))
        }
    }
}

extension Dependency {
    fileprivate func freeze(_ servers: ClusterServers) -> Bool {
        switch self {
        case .redis: servers.redis.freeze()
        case .rabbitMQ: servers.rabbit.freeze()
        case .database: servers.maria.freeze()
        }
    }

    fileprivate func thaw(_ servers: ClusterServers) {
        switch self {
        case .redis: servers.redis.thaw()
        case .rabbitMQ: servers.rabbit.thaw()
        case .database: servers.maria.thaw()
        }
    }
}
