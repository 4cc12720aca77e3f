/// Requests that change orders, as they go over the connection: several of them can be sent at once.
enum WriteRequest {
    static func create(_ order: TestOrder) -> String { text("POST", "/orders", order.body) }

    static func update(_ id: String, status: String) -> String {
        text("PATCH", "/orders/\(id)/status", #"{"status":"\#(status)"}"#)
    }

    static func delete(_ id: String) -> String { text("DELETE", "/orders/\(id)", "") }

    private static func text(_ method: String, _ path: String, _ body: String) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension HTTPClient {
    struct Refused: Error {
        let answer: String
    }

    /// Sends all of them at once. Returns the ids of their orders when each was accepted.
    @discardableResult
    func accept(_ requests: [String]) throws -> [String] {
        try send(requests.joined())
        return try requests.map { _ in
            let answer = try receive()
            guard answer.status == 202, let id = answer.json["order_id"]?.text else {
                throw Refused(answer: "\(answer.status) \(answer.text)")
            }
            return id
        }
    }
}
