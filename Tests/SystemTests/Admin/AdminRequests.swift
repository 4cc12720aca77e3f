/// The requests under /admin.
extension OrderRequests {
    static var adminPassword: String { "open sesame" }

    func reset() throws(ClientError) -> HTTPAnswer {
        try request("POST", "/admin/reset", headers: ["X-Admin-Password: \(Self.adminPassword)"], body: nil)
    }

    func seed(_ count: Int) throws(ClientError) -> HTTPAnswer {
        try request(
            "POST", "/admin/seed", headers: [], body: #"{"count":\#(count),"password":"\#(Self.adminPassword)"}"#)
    }
}

extension Deployment {
    /// An instance that an operator may reset.
    func startForAdmin(_ settings: [String: String] = [:], command: String = "serve") throws -> ServerProcess {
        try start(settings.merging(["ADMIN_PASSWORD": HTTPClient.adminPassword]) { $1 }, command: command)
    }
}
