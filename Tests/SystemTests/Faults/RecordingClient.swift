import TestServers

/// A client that may ask another instance at every request, and notes every answer and the time that it took.
final class RecordingClient: OrderRequests {
    /// Where to send request number so and so.
    private let port: @Sendable (Int) -> UInt16
    private let log: AnswerLog
    private var turn: Int
    /// By port, since an instance that was replaced listens on another one.
    private var clients: [UInt16: HTTPClient] = [:]

    /// Asks them one after the other.
    convenience init(_ instances: Instances, log: AnswerLog, startingAt turn: Int) {
        self.init(log: log, startingAt: turn) { instances[$0].port }
    }

    init(log: AnswerLog, startingAt turn: Int, port: @escaping @Sendable (Int) -> UInt16) {
        self.port = port
        self.log = log
        self.turn = turn
    }

    func request(
        _ method: String, _ path: String, headers: [String] = [], body: String? = nil
    ) throws(ClientError) -> HTTPAnswer {
        turn += 1
        let port = port(turn)
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
