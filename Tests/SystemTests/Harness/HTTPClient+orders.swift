/// The requests of the API.
extension HTTPClient {
    func get(_ path: String) throws(ClientError) -> HTTPAnswer { try request("GET", path) }

    func create(_ body: String) throws(ClientError) -> HTTPAnswer { try request("POST", "/orders", body: body) }

    func create(_ order: TestOrder) throws(ClientError) -> HTTPAnswer { try create(order.body) }

    func show(_ id: String) throws(ClientError) -> HTTPAnswer { try get("/orders/\(id)") }

    func update(_ id: String, status: String) throws(ClientError) -> HTTPAnswer {
        try request("PATCH", "/orders/\(id)/status", body: #"{"status":"\#(status)"}"#)
    }

    func delete(_ id: String) throws(ClientError) -> HTTPAnswer { try request("DELETE", "/orders/\(id)") }

    /// `total_orders` of the list, nil when there is no list.
    func total() throws(ClientError) -> Int? { try get("/orders?limit=1").json["total_orders"]?.integer }
}
