import Health
import Logging
import Reactor

/// The threads of the event loops.
enum LoopThreads {
    /// Starts one for each of `loops`, each on a listener of its own for the configured port; `body` runs on each.
    ///
    /// Throws when the address can't be had.
    static func start(
        _ loops: [LoopMailbox], _ configuration: Configuration, logger: Logger, health: Health,
        _ body: @escaping @Sendable (_ index: Int, _ listener: ListenerSlot) -> Void
    ) throws -> [Thread] {
        var port = configuration.port
        let sharesPort = configuration.sharesPort
        // By a mistake half of the requests would go to a service that nobody knows of any more.
        if !sharesPort { try Listener.checkFree(host: configuration.host, port: port) }
        var listeners: [Confined<ListenerSlot>] = []
        for _ in loops {
            let listener = try Listener(host: configuration.host, port: port, isListening: !sharesPort)
            // Port 0: the first listener got one, and the others join it.
            port = listener.port
            listeners.append(Confined(ListenerSlot(listener)))
        }
        let threads = listeners.enumerated().map { index, listener in
            Thread(name: "loop-\(index)") { body(index, listener.value) }
        }
        let metadata: Logger.Metadata = [
            "host": "\(configuration.host)", "port": "\(port)", "loops": "\(loops.count)",
        ]
        if sharesPort {
            logger.notice("the port may be shared: it is opened here when everything works", metadata: metadata)
            openWhenReady(loops, health) { logger.notice("listening", metadata: metadata) }
        } else {
            logger.notice("listening", metadata: metadata)
        }
        return threads
    }

    /// The port is shared with another instance, which serves all clients: none may come here before everything works.
    /// What is optional may fail, but has to be known to.
    private static func openWhenReady(
        _ loops: [LoopMailbox], _ health: Health, _ onOpen: @escaping @Sendable () -> Void
    ) {
        let pauseMilliseconds = 20
        _ = Thread(name: "opener") {
            while !health.dependencies.allSatisfy({
                $0.state == .working || $0.dependency.isOptional && $0.state == .failing
            }) {
                if health.isDraining { return }
                Deadline.now().advanced(byMilliseconds: pauseMilliseconds).sleep()
            }
            for loop in loops { loop.post(.open) }
            onOpen()
        }
    }
}

/// Carries an object to the one thread that uses it from then on.
struct Confined<Value>: @unchecked Sendable {
    // @unchecked: made before the thread starts, captured by that thread's body alone, and touched nowhere else.
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// A listener on its way to its loop: closures can't carry a value that can't be copied.
final class ListenerSlot {
    private var listener: Listener?

    init(_ listener: consuming Listener) { self.listener = consume listener }

    func take() -> Listener? { listener.take() }
}
