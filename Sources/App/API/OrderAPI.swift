package import Health
import Metrics
import Orders
package import Reactor

/// The service as one event loop offers it: takes requests apart and hands them to the ``OrderService``.
package final class OrderAPI: HTTPHandler {
    private let service: any OrderService
    private let answers: Answers
    private let health: Health
    private let admin: AdminAPI
    private let metrics: MetricsAPI
    private let dashboard: DashboardAPI
    private let routes: RouteTable
    private var path = ByteBuffer()

    package init(
        service: any OrderService, answers: Answers, admin: AdminAPI, metrics: MetricsAPI, dashboard: DashboardAPI,
        health: Health
    ) {
        self.service = service
        self.answers = answers
        self.admin = admin
        self.metrics = metrics
        self.dashboard = dashboard
        self.health = health
        routes = RouteTable(hasDashboard: dashboard.isOn)
    }

    package func handle(_ request: HTTPRequest, token: ResponseToken, server: HTTPServer) {
        var token = answers.token(token, origin: server.value(of: "origin", in: request))
        guard let match = match(request) else {
            return answers.fail(.badRequest, "the path holds a % without two hexadecimal digits", to: token)
        }
        token.kind = match.label.number
        switch match {
        case .operation(let operation, let id): perform(operation, id, request, token, server)
        case .options(let allowed): answers.sendAllowed(allowed, to: Preflight(request, server), token: token)
        case .methodNotAllowed(let allowed): answers.failMethod(allowed, to: token)
        case .notFound: answers.fail(.notFound, "no such resource", to: token)
        case .unknownMethod:
            answers.fail(.notImplemented, "unknown method; known here: \(routes.allMethods)", to: token)
        }
    }

    /// `id` is that of the path; meaningless where the operation's path has none.
    private func perform(
        _ operation: Operation, _ id: UUID, _ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer
    ) {
        if routes.takingJSON.contains(operation) && !hasJSONBody(request, server) {
            return answers.fail(.unsupportedMediaType, "Content-Type must be application/json", to: token)
        }
        if routes.guarded.contains(operation) && !admin.admits(request, token, server) { return }
        switch operation {
        case .createOrder:
            if let key = server.value(of: Self.keyHeader, in: request) {
                createKeyed(key, request, token, server)
            } else {
                write(token) { () throws(OrderRejection) in try service.create(request.body, token) }
            }
        case .listOrders: list(request, token)
        case .showOrder:
            let unless = server.value(of: Self.ifNoneMatch, in: request).flatMap { EntityTags($0, isWeak: true) }
            service.getOrder(OrderQuestion(id: id, token: token, unless: unless))
        case .updateOrderStatus:
            change(request, token, server) { (condition) throws(OrderRejection) in
                try service.update(id, request.body, condition, token)
            }
        case .deleteOrder: change(request, token, server) { service.delete(id, $0, token) }
        case .createOrders:
            if let key = server.value(of: Self.keyHeader, in: request) {
                createKeyed(key, request, token, server, isBatch: true)
            } else {
                write(token) { () throws(OrderRejection) in try service.createBatch(request.body, token) }
            }
        case .reset: admin.reset(request, token)
        case .seed: admin.seed(request, token)
        case .description: answers.send(.ok, APIDescription.json, to: token)
        case .health: sendHealth(token)
        case .ready: sendReadiness(token)
        case .metrics: metrics.send(token)
        case .dashboard: dashboard.sendPage(token)
        case .dashboardEvents: dashboard.watch(token, now: server.loop.now)
        }
    }

    package func refuse(
        _ status: HTTPStatus, _ reason: StaticString, origin: UnsafeRawBufferPointer?, token: ResponseToken,
        server: HTTPServer
    ) {
        let lines: StaticString = status == .serviceUnavailable ? Answers.retryAfter : ""
        if status == .serviceUnavailable { answers.metrics.shed(.bufferedBytes) }
        answers.fail(status, reason.description, lines: lines, to: answers.token(token, origin: origin))
    }

    /// nil at a broken escape.
    ///
    /// Paths are decoded once and compared as bytes. So an overlong form of a slash, which is no UTF-8, is part of no
    /// path.
    private func match(_ request: HTTPRequest) -> RouteMatch? {
        let raw = request.path
        guard raw.contains(UInt8(ascii: "%")) else { return routes.match(request.method, raw) }
        path.removeAll()
        guard PercentEncoding.decode(raw, into: &path) != nil else { return nil }
        // An escaped slash does not part segments (RFC 3986, section 2.2), and no segment here holds one.
        let slash = UInt8(ascii: "/")
        let hasEscapedSlash = path.bytes.count { $0 == slash } != raw.count { $0 == slash }
        return routes.match(request.method, hasEscapedSlash ? Self.nowhere : path.bytes)
    }

    /// Where nothing is.
    private static var nowhere: UnsafeRawBufferPointer {
        let path: StaticString = "/"
        return UnsafeRawBufferPointer(start: path.utf8Start, count: path.utf8CodeUnitCount)
    }

    /// Without a Content-Type a body is taken for what it has to be.
    private func hasJSONBody(_ request: HTTPRequest, _ server: HTTPServer) -> Bool {
        if request.body.isEmpty { return true }
        guard let type = server.value(of: "content-type", in: request), !type.isEmpty else { return true }
        return MediaType.isJSON(type)
    }

    private func write(_ token: ResponseToken, _ body: () throws(OrderRejection) -> Void) {
        if let refusal = service.refusal {
            return answers.shed(refusal.reason, refusal.sentence, to: token)
        }
        taking(token, body)
    }

    /// A write to an order, under the condition of If-Match where there is one.
    private func change(
        _ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer,
        _ body: (EntityTags?) throws(OrderRejection) -> Void
    ) {
        guard let value = server.value(of: Self.ifMatch, in: request) else {
            return write(token) { () throws(OrderRejection) in try body(nil) }
        }
        // Not passed over: the client wants to change nothing that it hasn't seen.
        guard let condition = EntityTags(value, isWeak: false), !server.isRepeated(Self.ifMatch, in: request) else {
            return answers.fail(
                .badRequest, "If-Match must be one header: * or a list of entity tags in quotes", to: token)
        }
        write(token) { () throws(OrderRejection) in try body(condition) }
    }

    private static let ifMatch: StaticString = "if-match"
    private static let ifNoneMatch: StaticString = "if-none-match"

    private func taking(_ token: ResponseToken, _ body: () throws(OrderRejection) -> Void) {
        do throws(OrderRejection) {
            try body()
        } catch {
            answers.fail(.badRequest, error.message, to: token)
        }
    }

    private static let keyHeader: StaticString = "idempotency-key"

    private func createKeyed(
        _ value: UnsafeRawBufferPointer, _ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer,
        isBatch: Bool = false
    ) {
        guard let key = IdempotencyKey(value), !server.isRepeated(Self.keyHeader, in: request) else {
            return answers.fail(
                .badRequest, "Idempotency-Key must be one header of 1 to 255 printable ASCII characters", to: token)
        }
        // Whether the queue takes orders now is not asked here: an answer that was given can be given again without it.
        taking(token) { () throws(OrderRejection) in
            if isBatch {
                try service.createBatch(request.body, key, token)
            } else {
                try service.create(request.body, key, token)
            }
        }
    }

    private func list(_ request: HTTPRequest, _ token: ResponseToken) {
        do throws(OrderRejection) {
            service.list(try ListQuery(request.query), token)
        } catch {
            answers.fail(.badRequest, error.message, to: token)
        }
    }

    /// Liveness: the loop turns.
    private func sendHealth(_ token: ResponseToken) { answers.send(.ok, #"{"status":"ok"}"#, to: token) }

    private func sendReadiness(_ token: ResponseToken) {
        let dependencies = health.dependencies
        answers.sendReadiness(ServiceState(dependencies, isDraining: health.isDraining), dependencies, to: token)
    }
}
