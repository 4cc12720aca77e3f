import Reactor
import Testing

@testable import App

@Suite struct RouteTests {
    static let text = "0197a5c0-1234-7abc-8def-0123456789ab"
    private static let id = UUID(text)

    private static func route(_ method: HTTPMethod, _ path: String) -> Route {
        var path = path
        return path.withUTF8 { Route(method, UnsafeRawBufferPointer($0)) }
    }

    /// What each path does with each method; what is not listed is not allowed.
    static let resources: [(path: String, routes: [HTTPMethod: Route], allow: StaticString)] = [
        (
            "/orders", [.get: .listOrders, .head: .listOrders, .post: .createOrder], "GET, HEAD, POST, OPTIONS"
        ),
        (
            "/orders/\(text)", [.get: .showOrder(id), .head: .showOrder(id), .delete: .deleteOrder(id)],
            "GET, HEAD, DELETE, OPTIONS"
        ),
        ("/orders/\(text)/status", [.patch: .updateStatus(id)], "PATCH, OPTIONS"),
        ("/orders/batch", [.post: .createBatch], "POST, OPTIONS"),
        ("/admin/reset", [.post: .reset], "POST, OPTIONS"),
        ("/admin/seed", [.post: .seed], "POST, OPTIONS"),
        ("/openapi.json", [.get: .document, .head: .document], "GET, HEAD, OPTIONS"),
        ("/health", [.get: .health, .head: .health], "GET, HEAD, OPTIONS"),
        ("/ready", [.get: .ready, .head: .ready], "GET, HEAD, OPTIONS"),
        ("/dashboard", [.get: .dashboard, .head: .dashboard], "GET, HEAD, OPTIONS"),
        ("/dashboard/events", [.get: .dashboardEvents, .head: .dashboardEvents], "GET, HEAD, OPTIONS"),
        ("/metrics", [.get: .metrics, .head: .metrics], "GET, HEAD, OPTIONS"),
    ]

    @Test("Every path knows its methods, tells them to OPTIONS, and allows no other", arguments: HTTPMethod.allCases)
    func table(method: HTTPMethod) {
        for (path, routes, allow) in Self.resources {
            let expected: Route =
                switch method {
                case .options: .options(allow: allow)
                case .connect, .other: .unknownMethod
                default: .methodNotAllowed(allow: allow)
                }
            #expect(Self.route(method, path) == routes[method] ?? expected, "\(method) \(path)")
        }
    }

    @Test("What Allow says is what the path takes")
    func allow() {
        for (path, routes, allow) in Self.resources {
            let named = allow.description.split(separator: ", ").map(String.init)
            for method in HTTPMethod.allCases {
                let isAllowed = routes[method] != nil || method == .options
                #expect(named.contains(method.name.description) == isAllowed, "\(method) \(path)")
            }
        }
    }

    @Test(
        "The case of an id doesn't matter",
        arguments: ["0197A5C0-1234-7ABC-8DEF-0123456789AB", "0197a5C0-1234-7aBC-8DeF-0123456789Ab"])
    func idCase(text: String) {
        #expect(Self.route(.get, "/orders/\(text)") == .showOrder(Self.id))
        #expect(Self.route(.patch, "/orders/\(text)/status") == .updateStatus(Self.id))
    }

    @Test(
        "What is nearly a path is none, whatever the method",
        arguments: [
            "", "/", "orders", "/order", "/orders/", "/orders//", "/ordersx", "/Orders", "/ORDERS", "//orders",
            "/orders ",
            "/orders/1", "/orders/\(text)/", "/orders/\(text)x", "/orders/\(text.dropLast())",
            "/orders/\(text)/status/",
            "/orders/\(text)/statu", "/orders/\(text)/statusx", "/orders/\(text)/Status", "/orders/\(text)status",
            "/orders//\(text)", "/orders/\(text)/items", "/orders/0197a5c0-1234-7abc-8def-0123456789ag",
            "/orders/0197a5c012347abc8def0123456789ab", "/orders/{0197a5c0-1234-7abc-8def-0123456789ab}",
            "/orders/0197a5c0_1234_7abc_8def_0123456789ab", "/health/", "/healthz", "/Health", "/ready/", "/readyz",
            "/dashboard/", "/dashboards",
            "/dashboard/event", "/dashboard/events/", "/Dashboard",
            "*",
            "/orders\0", "/metrics/", "/%6frders",
        ])
    func nearMisses(path: String) {
        let isWholeServer = path.isEmpty || path == "*"
        for method in HTTPMethod.allCases {
            switch method {
            case .connect, .other: #expect(Self.route(method, path) == .unknownMethod)
            case .options where isWholeServer:
                #expect(Self.route(method, path) == .options(allow: "GET, HEAD, POST, PATCH, DELETE, OPTIONS"))
            default: #expect(Self.route(method, path) == .notFound)
            }
        }
    }

    @Test("What the server as a whole allows is what some path takes")
    func allMethods() {
        let all = Set(Route.allMethods.description.split(separator: ", "))
        #expect(all == Set(Self.resources.flatMap { $0.allow.description.split(separator: ", ") }))
    }

    @Test("Routes are equal when they lead to the same order with the same word")
    func equality() {
        let other = UUID("0197a5c0-1234-7abc-8def-0123456789ac")
        #expect(Route.showOrder(Self.id) != .showOrder(other) && Route.showOrder(Self.id) != .deleteOrder(Self.id))
        #expect(Route.options(allow: "GET") != .options(allow: "PUT"))
        #expect(Route.options(allow: "GET") != .methodNotAllowed(allow: "GET"))
        #expect(Route.health != .ready)
    }
}
