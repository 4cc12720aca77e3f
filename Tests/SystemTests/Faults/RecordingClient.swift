import TestServers

/// A client that asks another instance at every request, and notes every answer and the time that it took.
final class RecordingClient: OrderRequests {
    private let instances: Instances
    private let log: AnswerLog
    private var turn: Int
    /// By port, since an instance that was replaced listens on another one.
    private var clients: [UInt16: HTTPClient] = [:]

    init(_ instances: Instances, log: AnswerLog, startingAt turn: Int) {
        self.instances = instances
        self.log = log
        self.turn = turn
    }

    func request(
        _ method: String, _ path: String, headers: [String] = [], body: String? = nil
    ) throws(ClientError) -> HTTPAnswer {
        turn += 1
        let port = instances[turn].port
        // Not held alive by its clients: it may be the one that is killed.
        let client = clients[port] ?? HTTPClient(port: port, timeoutSeconds: 20)
        clients[port] = client
        let sent = Timeout.now()
        do throws(ClientError) {
            let answer = try client.request(method, path, headers: headers, body: body)
            log.note(method, "\(answer.status)", sent: sent)
            return answer
        } catch {
            log.note(method, "\(error)", sent: sent)
            throw error
        }
    }
}
