import Synchronization
import TestServers

/// Clients that create orders, change them and read them on several instances, and note what they were told and when.
final class ResetLoad: Sendable {
    struct Created: Sendable {
        let id: String
        /// Monotonic seconds: when the request was sent, and when its 202 was there.
        let sent: Double
        let accepted: Double
    }

    private struct State {
        var created: [Created] = []
        var complaints: [String] = []
    }

    private let state = Mutex(State())
    private let isStopped = StopFlag()
    private let threads = Mutex<ThreadGroup?>(nil)

    /// Two creating clients, one that changes and one that reads, on each instance.
    init(_ servers: [ServerProcess], creators: Int = 2) {
        let perServer = creators + 2
        let group = ThreadGroup(servers.count * perServer) { [self] number in
            let client = servers[number / perServer].client()
            var random = SeededGenerator(seed: UInt64(number))
            while !isStopped.isSet {
                switch number % perServer {
                case 0: try change(client, &random)
                case 1: try read(client, &random)
                default: try create(client, number)
                }
            }
        }
        threads.withLock { $0 = group }
    }

    /// Throws what broke a connection.
    func stop() throws {
        isStopped.set()
        try threads.withLock { $0.take() }?.join()
    }

    var created: [Created] { state.withLock { $0.created } }

    /// What no client should have been told.
    var complaints: [String] { state.withLock { $0.complaints } }

    private func create(_ client: HTTPClient, _ number: Int) throws {
        let sent = Timeout.now()
        let answer = try client.create(TestOrder(customer: "client \(number)"))
        let accepted = Timeout.now()
        guard answer.status == 202, let id = answer.json["order_id"]?.text else { return complain("POST", answer) }
        state.withLock { $0.created.append(Created(id: id, sent: sent, accepted: accepted)) }
    }

    private func change(_ client: HTTPClient, _ random: inout SeededGenerator) throws {
        guard let id = someID(&random) else { return }
        let answer = try client.update(id, status: "changed")
        // Too many want to change the same order.
        guard [202, 404, 503].contains(answer.status) else { return complain("PATCH", answer) }
    }

    private func read(_ client: HTTPClient, _ random: inout SeededGenerator) throws {
        if let id = someID(&random) {
            let answer = try client.show(id)
            if ![200, 404].contains(answer.status) { complain("GET", answer) }
        }
        let list = try client.get("/orders?limit=10")
        if list.status != 200 { complain("GET /orders", list) }
    }

    /// Often one of the oldest, so that an order is changed again and again.
    private func someID(_ random: inout SeededGenerator) -> String? {
        state.withLock { state in
            Bool.random(using: &random)
                ? state.created.prefix(3).randomElement(using: &random)?.id
                : state.created.randomElement(using: &random)?.id
        }
    }

    private func complain(_ what: String, _ answer: HTTPAnswer) {
        state.withLock { state in
            if state.complaints.count < 20 { state.complaints.append("\(what): \(answer.status) \(answer.text)") }
        }
    }
}
