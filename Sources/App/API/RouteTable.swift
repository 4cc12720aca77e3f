import Orders
import Reactor

/// Finds the ``Operation`` of a request. Made once for each event loop; matching allocates nothing.
struct RouteTable {
    /// Small and without references, so that a request costs one comparison for each route before its own.
    private struct Row {
        /// Of method and length: few routes have the same.
        let key: Int
        let pattern: PathPattern
        let operation: Operation
        let method: HTTPMethod

        init(_ operation: Operation) {
            let route = operation.route
            self.operation = operation
            method = route.method
            pattern = route.pattern
            key = Self.key(method, pattern.length)
        }

        static func key(_ method: HTTPMethod, _ length: Int) -> Int { length << 8 | method.ordinal }
    }

    private let rows: [Row]
    /// What some path takes: the answer to OPTIONS of the server as a whole.
    let allMethods: AllowedMethods
    /// Operations whose body has to be JSON.
    let takingJSON = OperationSet(with: .json)
    /// Operations that need the admin password.
    let guarded = OperationSet(with: .password)

    /// Without a dashboard its paths lead nowhere.
    init(hasDashboard: Bool) {
        let dashboard = OperationSet(with: .dashboard)
        rows = Operation.allCases.filter { hasDashboard || !dashboard.contains($0) }.map(Row.init)
        allMethods = rows.reduce(into: AllowedMethods()) { $0.allow($1.method) }
    }

    /// `path` is the decoded path of the target. HEAD goes where GET goes: the server leaves the body away.
    func match(_ method: HTTPMethod, _ path: UnsafeRawBufferPointer) -> RouteMatch {
        // `==` would be a call into the other module.
        let isHead = if case .head = method { true } else { false }
        let key = Row.key(isHead ? .get : method, path.count)
        for index in rows.indices where rows[index].key == key {
            if let id = rows[index].pattern.match(path) { return .operation(rows[index].operation, id) }
        }
        return matchOthers(method, path)
    }

    /// The same for a request that fits no route.
    @inline(never)
    private func matchOthers(_ method: HTTPMethod, _ path: UnsafeRawBufferPointer) -> RouteMatch {
        switch method {
        // A tunnel (RFC 9110, section 9.3.6) is nothing that a path could allow: its target has none.
        case .other, .connect: return .unknownMethod
        case .options:
            // An absolute target without a path stands for "*" (RFC 9112, section 3.2.4); for other methods it is "/".
            if path.isEmpty || path.equals("*") { return .options(allMethods) }
            let allowed = allowedMethods(of: path)
            return allowed.isEmpty ? .notFound : .options(allowed)
        default:
            let allowed = allowedMethods(of: path)
            return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed)
        }
    }

    private func allowedMethods(of path: UnsafeRawBufferPointer) -> AllowedMethods {
        var allowed = AllowedMethods()
        for row in rows where row.pattern.match(path) != nil { allowed.allow(row.method) }
        return allowed
    }
}
