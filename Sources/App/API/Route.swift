import Reactor

/// What a request is for, by its method and path alone.
enum Route: Equatable {
    case createOrder
    case listOrders
    case showOrder(UUID)
    case updateStatus(UUID)
    case deleteOrder(UUID)
    case createBatch
    case reset
    case seed
    case document
    case health
    case ready
    case metrics
    case dashboard
    case dashboardEvents
    /// OPTIONS of a path that exists, with its methods.
    case options(allow: StaticString)
    /// A method that the path, though it exists, has no use for.
    case methodNotAllowed(allow: StaticString)
    case notFound
    /// A method that no path has a use for.
    case unknownMethod

    /// What some path takes: the answer to OPTIONS of the server as a whole.
    static let allMethods: StaticString = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"

    /// `path` is the decoded path of the target. HEAD goes where GET goes: the server leaves the body away.
    init(_ method: HTTPMethod, _ path: UnsafeRawBufferPointer) {
        // A tunnel (RFC 9110, section 9.3.6) is nothing that a path could allow: its target has none.
        if method == .other || method == .connect {
            self = .unknownMethod
            return
        }
        // An absolute target without a path stands for the same (RFC 9112, section 3.2.4); for other methods it is "/".
        if method == .options && (path.isEmpty || path.equals("*")) {
            self = .options(allow: Self.allMethods)
            return
        }
        switch Resource(path) {
        case .orders:
            self = Self.choose(method, "GET, HEAD, POST, OPTIONS", get: .listOrders, post: .createOrder)
        case .order(let id):
            self = Self.choose(method, "GET, HEAD, DELETE, OPTIONS", get: .showOrder(id), delete: .deleteOrder(id))
        case .orderStatus(let id):
            self = Self.choose(method, "PATCH, OPTIONS", patch: .updateStatus(id))
        case .batch: self = Self.choose(method, "POST, OPTIONS", post: .createBatch)
        case .reset: self = Self.choose(method, "POST, OPTIONS", post: .reset)
        case .seed: self = Self.choose(method, "POST, OPTIONS", post: .seed)
        case .document: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .document)
        case .health: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .health)
        case .ready: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .ready)
        case .metrics: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .metrics)
        case .dashboard: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .dashboard)
        case .dashboardEvents: self = Self.choose(method, "GET, HEAD, OPTIONS", get: .dashboardEvents)
        case nil: self = .notFound
        }
    }

    /// Whether the body has to be JSON.
    var takesJSON: Bool {
        switch self {
        case .createOrder, .createBatch, .updateStatus, .reset, .seed: true
        case .listOrders, .showOrder, .deleteOrder, .document, .health, .ready, .metrics, .dashboard, .dashboardEvents,
            .options, .methodNotAllowed, .notFound, .unknownMethod:
            false
        }
    }

    /// What its requests are counted by.
    var label: RouteLabel {
        switch self {
        case .createOrder: .createOrder
        case .listOrders: .listOrders
        case .showOrder: .showOrder
        case .updateStatus: .updateStatus
        case .deleteOrder: .deleteOrder
        case .createBatch: .createBatch
        case .reset: .reset
        case .seed: .seed
        case .document: .document
        case .health: .health
        case .ready: .ready
        case .metrics: .metrics
        case .dashboard: .dashboard
        case .dashboardEvents: .dashboardEvents
        case .options: .options
        case .methodNotAllowed, .notFound, .unknownMethod: .unknown
        }
    }

    private static func choose(
        _ method: HTTPMethod, _ allow: StaticString, get: Route? = nil, post: Route? = nil, patch: Route? = nil,
        delete: Route? = nil
    ) -> Route {
        let route: Route? =
            switch method {
            case .get, .head: get
            case .post: post
            case .patch: patch
            case .delete: delete
            case .options: .options(allow: allow)
            default: nil
            }
        return route ?? .methodNotAllowed(allow: allow)
    }

    static func == (left: Route, right: Route) -> Bool {
        switch (left, right) {
        case (.createOrder, .createOrder), (.listOrders, .listOrders), (.createBatch, .createBatch),
            (.reset, .reset), (.seed, .seed), (.document, .document), (.health, .health), (.ready, .ready),
            (.metrics, .metrics), (.dashboard, .dashboard), (.dashboardEvents, .dashboardEvents),
            (.notFound, .notFound), (.unknownMethod, .unknownMethod):
            true
        case (.showOrder(let a), .showOrder(let b)), (.updateStatus(let a), .updateStatus(let b)),
            (.deleteOrder(let a), .deleteOrder(let b)):
            a == b
        case (.options(let a), .options(let b)), (.methodNotAllowed(let a), .methodNotAllowed(let b)):
            a.description == b.description
        default: false
        }
    }
}

/// A path that exists.
private enum Resource {
    case orders
    case order(UUID)
    case orderStatus(UUID)
    case batch
    case reset
    case seed
    case document
    case health
    case ready
    case metrics
    case dashboard
    case dashboardEvents

    /// nil where nothing is, an id that is not a UUID included.
    init?(_ path: UnsafeRawBufferPointer) {
        let prefix: StaticString = "/orders/"
        if path.isEqual(to: "/orders/batch") {
            self = .batch
        } else if path.hasBytes(prefix, at: 0) {
            let idEnd = prefix.utf8CodeUnitCount + UUID.textLength
            guard path.count >= idEnd,
                let id = UUID(text: UnsafeRawBufferPointer(rebasing: path[prefix.utf8CodeUnitCount..<idEnd]))
            else { return nil }
            if path.count == idEnd {
                self = .order(id)
            } else if path.isEqual(to: "/status", from: idEnd) {
                self = .orderStatus(id)
            } else {
                return nil
            }
        } else if path.isEqual(to: "/orders") {
            self = .orders
        } else if path.isEqual(to: "/admin/reset") {
            self = .reset
        } else if path.isEqual(to: "/admin/seed") {
            self = .seed
        } else if path.isEqual(to: "/openapi.json") {
            self = .document
        } else if path.isEqual(to: "/health") {
            self = .health
        } else if path.isEqual(to: "/ready") {
            self = .ready
        } else if path.isEqual(to: "/metrics") {
            self = .metrics
        } else if path.isEqual(to: "/dashboard") {
            self = .dashboard
        } else if path.isEqual(to: "/dashboard/events") {
            self = .dashboardEvents
        } else {
            return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether everything from `start` on is `text`.
    fileprivate func isEqual(to text: StaticString, from start: Int = 0) -> Bool {
        count == start + text.utf8CodeUnitCount && hasBytes(text, at: start)
    }
}
