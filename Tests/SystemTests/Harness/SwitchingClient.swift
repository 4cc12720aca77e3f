/// A client that asks another instance at every request, in turn. Used by one thread.
final class SwitchingClient: OrderRequests {
    private let clients: [HTTPClient]
    private var turn: Int

    /// `turn` is where it begins, so that many clients don't go round in step.
    init(_ clients: [HTTPClient], startingAt turn: Int = 0) {
        precondition(!clients.isEmpty)
        self.clients = clients
        self.turn = turn
    }

    func request(
        _ method: String, _ path: String, headers: [String] = [], body: String? = nil
    ) throws(ClientError) -> HTTPAnswer {
        turn += 1
        return try clients[turn % clients.count].request(method, path, headers: headers, body: body)
    }
}
