import Reactor
import Testing

@testable import API
@testable import Metrics
@testable import Orders

@Suite("Routes") struct RouteTests {
    static let text = "0197a5c0-1234-7abc-8def-0123456789ab"
    private static let id = UUID(text)

    static func match(_ method: HTTPMethod, _ path: String, hasDashboard: Bool = true) -> RouteMatch {
        var path = path
        return path.withUTF8 { RouteTable(hasDashboard: hasDashboard).match(method, UnsafeRawBufferPointer($0)) }
    }

    private static func allowing(_ methods: HTTPMethod...) -> AllowedMethods {
        methods.reduce(into: AllowedMethods()) { $0.allow($1) }
    }

    /// What each path does with each method; what is not listed is not allowed. Written out, to hold the table
    /// against it.
    private static let resources: [(path: String, operations: [HTTPMethod: Operation], allow: String)] = [
        (
            "/orders", [.get: .listOrders, .head: .listOrders, .post: .createOrder], "GET, HEAD, POST, OPTIONS"
        ),
        (
            "/orders/\(text)", [.get: .showOrder, .head: .showOrder, .delete: .deleteOrder],
            "GET, HEAD, DELETE, OPTIONS"
        ),
        ("/orders/\(text)/status", [.patch: .updateOrderStatus], "PATCH, OPTIONS"),
        ("/orders/batch", [.post: .createOrders], "POST, OPTIONS"),
        ("/admin/reset", [.post: .reset], "POST, OPTIONS"),
        ("/admin/seed", [.post: .seed], "POST, OPTIONS"),
        ("/openapi.json", [.get: .description, .head: .description], "GET, HEAD, OPTIONS"),
        ("/health", [.get: .health, .head: .health], "GET, HEAD, OPTIONS"),
        ("/ready", [.get: .ready, .head: .ready], "GET, HEAD, OPTIONS"),
        ("/dashboard", [.get: .dashboard, .head: .dashboard], "GET, HEAD, OPTIONS"),
        ("/dashboard/events", [.get: .dashboardEvents, .head: .dashboardEvents], "GET, HEAD, OPTIONS"),
        ("/metrics", [.get: .metrics, .head: .metrics], "GET, HEAD, OPTIONS"),
    ]

    @Test("Every path knows its methods, tells them to OPTIONS, and allows no other", arguments: HTTPMethod.allCases)
    func table(method: HTTPMethod) {
        for (path, operations, allow) in Self.resources {
            let match = Self.match(method, path)
            switch match {
            case .operation(let operation, let id):
                #expect(operation == operations[method], "\(method) \(path)")
                #expect(id == (path.contains(Self.text) ? Self.id : RouteMatch.noID), "\(method) \(path)")
            case .options(let allowed): #expect(method == .options && "\(allowed)" == allow, "\(path)")
            case .methodNotAllowed(let allowed):
                #expect(operations[method] == nil && "\(allowed)" == allow, "\(method) \(path)")
                #expect(![.options, .connect, .other].contains(method), "\(method) \(path)")
            case .unknownMethod: #expect(method == .connect || method == .other, "\(method) \(path)")
            case .notFound: Issue.record("\(method) \(path)")
            }
        }
    }

    @Test("Every operation has a path and a method of its own")
    func operations() {
        #expect(Set(Operation.allCases.map { $0.route.name }).count == Operation.allCases.count)
        let listed = Self.resources.flatMap { $0.operations.filter { $0.key != .head }.values }
        #expect(listed.sorted { $0.rawValue < $1.rawValue } == Operation.allCases)
    }

    @Test(
        "The case of an id doesn't matter",
        arguments: ["0197A5C0-1234-7ABC-8DEF-0123456789AB", "0197a5C0-1234-7aBC-8DeF-0123456789Ab"])
    func idCase(text: String) {
        #expect(Self.match(.get, "/orders/\(text)") == .operation(.showOrder, Self.id))
        #expect(Self.match(.patch, "/orders/\(text)/status") == .operation(.updateOrderStatus, Self.id))
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
            case .connect, .other: #expect(Self.match(method, path) == .unknownMethod)
            case .options where isWholeServer:
                #expect(Self.match(method, path) == .options(Self.allowing(.get, .post, .patch, .delete)))
            default: #expect(Self.match(method, path) == .notFound)
            }
        }
    }

    @Test("What the server as a whole allows is what some path takes")
    func allMethods() {
        for hasDashboard in [true, false] {
            let allowed = RouteTable(hasDashboard: hasDashboard).allMethods
            #expect("\(allowed)" == "GET, HEAD, POST, PATCH, DELETE, OPTIONS")
        }
    }

    @Test("Without a dashboard its paths lead nowhere, and the others where they did")
    func withoutDashboard() {
        for (path, operations, _) in Self.resources {
            for method in operations.keys.map({ $0 }) + [.options, .put] {
                let expected = path.hasPrefix("/dashboard") ? .notFound : Self.match(method, path)
                #expect(Self.match(method, path, hasDashboard: false) == expected, "\(method) \(path)")
            }
        }
    }

    @Test("Each label has a number of its own, by which the metrics know its name")
    func labels() {
        for operation in Operation.allCases {
            let label = RouteMatch.operation(operation, RouteMatch.noID).label
            #expect(RouteLabel.names[Int(label.number)] == operation.route.name)
        }
        for (label, name) in [
            (RouteLabel.unreadable, "unreadable"), (RouteMatch.options(Self.allowing(.get)).label, "OPTIONS"),
            (RouteMatch.notFound.label, "unknown"), (RouteMatch.unknownMethod.label, "unknown"),
            (RouteMatch.methodNotAllowed(Self.allowing(.get)).label, "unknown"),
        ] { #expect(RouteLabel.names[Int(label.number)] == name) }
        #expect(Set(RouteLabel.names).count == RouteLabel.names.count)
        #expect(Operation.createOrder.route.name == "POST /orders")
        #expect(Operation.updateOrderStatus.route.name == "PATCH /orders/{id}/status")
    }

    @Test("Every method has a place of its own")
    func ordinals() {
        #expect(HTTPMethod.allCases.map(\.ordinal) == Array(HTTPMethod.allCases.indices))
        #expect(HTTPMethod.allCases.map(\.ordinal) == HTTPMethod.allCases.map { Int($0.rawValue) })
    }
}
