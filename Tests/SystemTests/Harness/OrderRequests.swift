/// Whoever sends requests and waits for each answer.
protocol OrderRequests {
    func request(
        _ method: String, _ path: String, headers: [String], body: String?
    ) throws(ClientError) -> HTTPAnswer
}

extension HTTPClient: OrderRequests {}

/// The requests of the API.
extension OrderRequests {
    func get(_ path: String) throws(ClientError) -> HTTPAnswer {
        try request("GET", path, headers: [], body: nil)
    }

    func create(_ body: String) throws(ClientError) -> HTTPAnswer {
        try request("POST", "/orders", headers: [], body: body)
    }

    func create(_ order: TestOrder) throws(ClientError) -> HTTPAnswer { try create(order.body) }

    func show(_ id: String) throws(ClientError) -> HTTPAnswer { try get("/orders/\(id)") }

    func update(_ id: String, status: String) throws(ClientError) -> HTTPAnswer {
        try request("PATCH", "/orders/\(id)/status", headers: [], body: #"{"status":"\#(status)"}"#)
    }

    func delete(_ id: String) throws(ClientError) -> HTTPAnswer {
        try request("DELETE", "/orders/\(id)", headers: [], body: nil)
    }

    /// `total_orders` of the list, nil when there is no list.
    func total() throws(ClientError) -> Int? { try get("/orders?limit=1").json["total_orders"]?.integer }
}
