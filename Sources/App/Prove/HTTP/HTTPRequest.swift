import Orders

/// A request to the service.
struct HTTPRequest: Equatable, Sendable {
    var method: String
    var path: String
    var body: String?
    var idempotencyKey: String?

    static func create(_ order: ProveOrder, isKeyed: Bool) -> HTTPRequest {
        HTTPRequest(
            method: "POST", path: "/orders", body: order.body, idempotencyKey: isKeyed ? order.customer : nil)
    }

    static func patch(_ id: UUID, write: Int) -> HTTPRequest {
        HTTPRequest(
            method: "PATCH", path: "/orders/\(id)/status", body: #"{"status":"\#(ProveOrder.status(write))"}"#)
    }

    static func delete(_ id: UUID) -> HTTPRequest { HTTPRequest(method: "DELETE", path: "/orders/\(id)") }

    static func read(_ id: UUID) -> HTTPRequest { HTTPRequest(method: "GET", path: "/orders/\(id)") }

    static func list(after cursor: String?, limit: Int) -> HTTPRequest {
        HTTPRequest(method: "GET", path: "/orders?limit=\(limit)\(cursor.map { "&after=\($0)" } ?? "")")
    }

    /// As it is sent to a host.
    func bytes(to url: ProveURL) -> [UInt8] {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(url.authority)\r\n"
        if let idempotencyKey { text += "Idempotency-Key: \(idempotencyKey)\r\n" }
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array("\(text)\r\n\(body ?? "")".utf8)
    }
}
