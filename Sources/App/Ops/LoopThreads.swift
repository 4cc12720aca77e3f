import Logging
import Reactor

/// The threads of the event loops.
enum LoopThreads {
    /// Starts `count` of them, each on a listener of its own for the configured port; `body` runs on each.
    ///
    /// Throws when the address can't be had.
    static func start(
        _ count: Int, _ configuration: Configuration, logger: Logger,
        _ body: @escaping @Sendable (_ index: Int, _ listener: ListenerSlot) -> Void
    ) throws -> [Thread] {
        var port = configuration.port
        // By a mistake half of the requests would go to a service that nobody knows of any more.
        if !configuration.sharesPort { try Listener.checkFree(host: configuration.host, port: port) }
        var listeners: [Confined<ListenerSlot>] = []
        for _ in 0..<count {
            let listener = try Listener(host: configuration.host, port: port)
            // Port 0: the first listener got one, and the others join it.
            port = listener.port
            listeners.append(Confined(ListenerSlot(listener)))
        }
        let threads = listeners.enumerated().map { index, listener in
            Thread(name: "loop-\(index)") { body(index, listener.value) }
        }
        logger.notice(
            "listening", metadata: ["host": "\(configuration.host)", "port": "\(port)", "loops": "\(count)"])
        return threads
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
