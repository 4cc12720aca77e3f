import Synchronization

/// Connections that were given up while the server may still have commands of theirs to run.
///
/// A server that stood still reads, when it goes on, what lies in its sockets: a SET of a minute ago would then undo a
/// newer one; so does a network that delivers late. So whichever client of the process next connects to that same
/// server (its run id tells), or sends it a command, first ends those connections by CLIENT KILL. All clients of a
/// process share one fence.
package final class RedisFence: Sendable {
    struct Connection: Hashable, Sendable {
        /// Names one life of one server process.
        let runID: String
        /// Never used twice in that life.
        let clientID: Int64
    }

    /// Notes of servers that never came back are the oldest, and fall out first.
    private static let capacity = 1024

    private let abandoned = Mutex<[Connection]>([])
    private let notes = Atomic<Int>(0)

    package init() {}

    /// Changes with every note, so that a client sees by one load whether there is something to do.
    var generation: Int { notes.load(ordering: .acquiring) }

    func note(_ connection: Connection) {
        abandoned.withLock { abandoned in
            guard !abandoned.contains(connection) else { return }
            if abandoned.count == Self.capacity { abandoned.removeFirst() }
            abandoned.append(connection)
            notes.add(1, ordering: .releasing)
        }
    }

    /// They stay noted until ``forget(_:)``: another client that connects meanwhile must not go ahead of the one that
    /// has only begun to end them.
    func connections(of runID: String) -> [Connection] {
        abandoned.withLock { abandoned in abandoned.filter { $0.runID == runID } }
    }

    /// The server has said that they are over.
    func forget(_ connections: [Connection]) {
        abandoned.withLock { abandoned in abandoned.removeAll { connections.contains($0) } }
    }

    var count: Int { abandoned.withLock { $0.count } }
}
