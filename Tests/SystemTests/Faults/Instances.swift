import Synchronization

/// The instances of one service that a load goes to. One may be replaced by another while the load runs.
final class Instances: Sendable {
    private let servers: Mutex<[ServerProcess]>

    init(_ servers: [ServerProcess]) {
        precondition(!servers.isEmpty)
        self.servers = Mutex(servers)
    }

    var all: [ServerProcess] { servers.withLock { $0 } }

    /// Number `turn`, counted round and round.
    subscript(turn: Int) -> ServerProcess { servers.withLock { $0[turn % $0.count] } }

    func replace(_ number: Int, with server: ServerProcess) { servers.withLock { $0[number] = server } }

    /// Whether /ready of each says yes, with nothing missing.
    var areReady: Bool {
        all.allSatisfy { server in
            let answer = try? HTTPClient(port: server.port, timeoutSeconds: 10).get("/ready")
            return answer?.status == 200 && answer?.json["status"]?.text == "ready"
        }
    }
}
