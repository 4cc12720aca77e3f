import Reactor

/// Everything that a request may ask for: each method of each path, named by its `operationId` in openapi.yaml.
///
/// This is the only list of the routes. Matching, Allow, the media type, the admin password and the metrics' labels
/// follow from it, and a test holds it against openapi.yaml. A new operation needs a row here, a handler in
/// ``OrderAPI`` and its description in openapi.yaml.
///
/// The order is that in which routes are compared with a path, and in which metrics list them: the most frequent come
/// first.
package enum Operation: UInt8, CaseIterable, Sendable {
    case createOrder, listOrders, showOrder, updateOrderStatus, deleteOrder, createOrders
    case reset, seed
    case description, health, ready, metrics, dashboard, dashboardEvents

    /// HEAD is allowed wherever GET is, and OPTIONS everywhere: neither needs a row.
    var route: Route {
        switch self {
        case .createOrder: Route(.post, "/orders", .json)
        case .listOrders: Route(.get, "/orders")
        case .showOrder: Route(.get, "/orders/{id}")
        case .updateOrderStatus: Route(.patch, "/orders/{id}/status", .json)
        case .deleteOrder: Route(.delete, "/orders/{id}")
        case .createOrders: Route(.post, "/orders/batch", .json)
        case .reset: Route(.post, "/admin/reset", .json, .password)
        case .seed: Route(.post, "/admin/seed", .json, .password)
        case .description: Route(.get, "/openapi.json")
        case .health: Route(.get, "/health")
        case .ready: Route(.get, "/ready")
        case .metrics: Route(.get, "/metrics")
        case .dashboard: Route(.get, "/dashboard", .dashboard)
        case .dashboardEvents: Route(.get, "/dashboard/events", .dashboard)
        }
    }
}

/// Some of the operations.
struct OperationSet: Sendable {
    private var bits: UInt32 = 0

    /// Those whose route has `trait`.
    init(with trait: Route.Trait) {
        for operation in Operation.allCases where operation.route.traits.contains(trait) {
            bits |= 1 << UInt32(operation.rawValue)
        }
    }

    func contains(_ operation: Operation) -> Bool { bits >> UInt32(operation.rawValue) & 1 != 0 }
}
