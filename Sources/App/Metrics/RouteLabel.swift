/// What requests are counted by: the routes of the API, and what fits none of them.
enum RouteLabel: UInt8, CaseIterable, Sendable {
    /// Refused before its first line was understood, or before anybody asked for what it was meant.
    case unreadable
    case createOrder, listOrders, showOrder, updateStatus, deleteOrder, createBatch
    case reset, seed
    case document, health, ready, metrics, dashboard, dashboardEvents
    /// OPTIONS of whatever path.
    case options
    /// A path or a method that isn't known.
    case unknown

    /// As the label of a metric: free of characters that would need an escape. HEAD counts as GET.
    var name: StaticString {
        switch self {
        case .unreadable: "unreadable"
        case .createOrder: "POST /orders"
        case .listOrders: "GET /orders"
        case .showOrder: "GET /orders/{id}"
        case .updateStatus: "PATCH /orders/{id}/status"
        case .deleteOrder: "DELETE /orders/{id}"
        case .createBatch: "POST /orders/batch"
        case .reset: "POST /admin/reset"
        case .seed: "POST /admin/seed"
        case .document: "GET /openapi.json"
        case .health: "GET /health"
        case .ready: "GET /ready"
        case .metrics: "GET /metrics"
        case .dashboard: "GET /dashboard"
        case .dashboardEvents: "GET /dashboard/events"
        case .options: "OPTIONS"
        case .unknown: "unknown"
        }
    }
}
