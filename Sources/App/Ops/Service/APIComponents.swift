import API
import Admin
import Cache
import Logging
import Metrics
import Orders
import Reactor
import Store

/// What the event loops share with the threads that serve them, in either profile: those of the readers, of the admin
/// and of the observer. All of it is idle where a process has no API.
struct APIComponents: Sendable {
    struct Threads {
        var readers: [Thread] = []
        var admin: Thread?
        var observer: Thread?

        func join() {
            for thread in readers { thread.join() }
            admin?.join()
            observer?.join()
        }
    }

    let process: ServiceProcess
    let loops: [LoopMailbox]
    let readers: ReaderPool
    let clock = UUIDv7Clock()
    private let adminInbox = AdminInbox()
    private let observerInbox: ObserverInbox
    private let startedAtMilliseconds = WallClock.nanoseconds() / 1_000_000

    /// Throws when no descriptors are left.
    init(_ process: ServiceProcess, hasAPI: Bool = true) throws {
        self.process = process
        loops = hasAPI ? try (0..<process.configuration.apiWorkers).map { _ in try LoopMailbox() } : []
        readers = ReaderPool(capacity: process.configuration.maxPendingReads, loops: loops)
        observerInbox = ObserverInbox(loops: loops.count)
    }

    /// Orders that one loop may have under way.
    var maxInFlight: Int { max(1, process.configuration.maxInFlightOrders / process.configuration.apiWorkers) }

    /// For the observer.
    func identity(mode: String) -> MetricsSnapshot.Identity {
        MetricsSnapshot.Identity(
            version: Spillway.version, mode: mode, startedAtMilliseconds: startedAtMilliseconds)
    }

    // MARK: Threads

    /// `makeDatabase` is called once for each reader.
    func startThreads(
        _ administration: any OrderAdministration, _ observed: ObservedSources, backlog: QueueFileBacklog? = nil,
        completion: any ReadCompletion, makeDatabase: () throws -> any OrderReading
    ) throws -> Threads {
        // First what can fail: nobody ends a thread that was started before.
        let databases = try (0..<process.configuration.apiThreads).map { _ in try makeDatabase() }
        let tasks = Confined(
            AdminTasks(
                inbox: adminInbox, loops: loops, orders: administration, clock: clock, health: process.health,
                logger: process.logger))
        let observer = Confined(Observer(inbox: observerInbox, loops: loops, sources: observed, backlog: backlog))
        return Threads(
            readers: databases.enumerated().map { index, database in
                let reader = Confined(
                    Reader(pool: readers, database: database, completion: completion, health: process.health))
                return Thread(name: "reader-\(index)") { reader.value.run() }
            },
            admin: Thread(name: "admin") { tasks.value.run() },
            observer: Thread(name: "observer") { observer.value.run() })
    }

    /// After the loops have ended: nobody is left who could ask.
    func close() {
        readers.close()
        adminInbox.close()
        observerInbox.close()
    }

    // MARK: Event loops

    /// One thread for each loop; `onEnd` is called by each when it is done. `makeService` is called once on each.
    /// Throws when the address can't be had.
    func startLoops(
        onEnd: @escaping @Sendable (_ cutOff: Int) -> Void, cacheToSweep: MemoryCache? = nil,
        makeService: @escaping @Sendable (_ index: Int, EventLoop, Answers) throws(SystemError) -> any OrderService
    ) throws -> [Thread] {
        guard !loops.isEmpty else { return [] }
        return try LoopThreads.start(loops, process.configuration, logger: process.logger, health: process.health) {
            index, slot in
            onEnd(runLoop(index, slot, cacheToSweep, makeService))
        }
    }

    /// Returns how many clients were cut off.
    private func runLoop(
        _ index: Int, _ slot: ListenerSlot, _ cacheToSweep: MemoryCache?,
        _ makeService: (_ index: Int, EventLoop, Answers) throws(SystemError) -> any OrderService
    ) -> Int {
        guard let listener = slot.take() else { preconditionFailure("a listener is taken once") }
        let configuration = process.configuration
        do throws(SystemError) {
            return try APILoop(
                listener: listener, mailbox: loops[index], limits: configuration.http, accessLog: process.accessLog,
                cors: configuration.cors, health: process.health,
                access: AdminAccess(password: configuration.adminPassword, inbox: adminInbox, loop: index),
                observer: ObserverAccess(
                    inbox: observerInbox, loop: index, hasMetrics: configuration.hasMetrics,
                    hasDashboard: configuration.hasDashboard),
                // One loop does it for all: the cache is shared.
                cacheToSweep: index == 0 ? cacheToSweep : nil
            ) { loop, answers throws(SystemError) in try makeService(index, loop, answers) }.run()
        } catch {
            process.logger.critical("an event loop can't start", metadata: ["reason": "\(error)"])
            return 0
        }
    }
}
