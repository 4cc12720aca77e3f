import Glibc
import Synchronization
import TestServers

/// Something that takes orders over HTTP as the service does, and lies about them.
final class FakeService: Sendable {
    enum Lie: CaseIterable, Sendable {
        case none
        /// Every order is shown as it was created.
        case olderStatus
        /// One GET of five.
        case olderSometimes
        case otherItems
        /// One order of ten was never stored.
        case forgetsOrders
        case listsTwice
        case revivesDeleted
        case unlisted
    }

    private struct Order {
        let id: String
        let number: Int
        /// The JSON behind the id.
        let rest: String
        var status = "s0"
        var isDeleted = false

        func json(status: String) -> String {
            #"{"order_id":"\#(id)",\#(rest.replacing(#""status":"s0""#, with: #""status":"\#(status)""#))"#
        }
    }

    private struct State {
        var orders: [String: Order] = [:]
        var keys: [String: String] = [:]
        var reads = 0
    }

    let port: UInt16
    private let listener: Descriptor
    private let lie: Lie
    private let state = Mutex(State())

    /// - Parameter isBypassing: answers to GET say that they were made without the cache.
    init(_ lie: Lie, isBypassing: Bool = false) {
        let taken = LoopbackListener()
        (listener, port) = (taken.descriptor, taken.port)
        self.lie = lie
        // It ends when the listener is shut down.
        let headerLines = isBypassing ? "Cache-Status: fake; fwd=bypass\r\n" : ""
        ClientThread { [weak self, listener] in
            while case let client = accept(listener.raw, nil, nil), client >= 0 {
                let connection = Descriptor(client)
                ClientThread { [weak self] in
                    FakeConnection(connection).serve(headerLines: headerLines) { self?.answer($0) ?? (404, "{}") }
                }.detach()
            }
        }.detach()
    }

    deinit { shutdown(listener.raw, Int32(SHUT_RDWR)) }

    private func answer(_ request: FakeRequest) -> (Int, String) {
        state.withLock { state in
            let id = request.path.dropFirst("/orders/".count).prefix(36)
            switch request.method {
            case "POST": return create(request, &state)
            case "PATCH":
                guard isThere(String(id), state) else { return (404, "{}") }
                // {"status":"s7"}
                state.orders[String(id)]?.status = String(request.body.split(separator: "\"")[3])
                return accepted(String(id))
            case "DELETE":
                guard isThere(String(id), state) else { return (404, "{}") }
                state.orders[String(id)]?.isDeleted = true
                return accepted(String(id))
            default: return request.path.hasPrefix("/orders?") ? list(state) : show(String(id), &state)
            }
        }
    }

    private func accepted(_ id: String) -> (Int, String) { (202, #"{"order_id":"\#(id)"}"#) }

    private func create(_ request: FakeRequest, _ state: inout State) -> (Int, String) {
        if let key = request.key, let id = state.keys[key] { return accepted(id) }
        let number = state.orders.count
        let digits = String(number, radix: 16)
        let id = "01900000-0000-7000-8000-\(String(repeating: "0", count: 12 - digits.count))\(digits)"
        state.orders[id] = Order(id: id, number: number, rest: String(request.body.dropFirst()))
        if let key = request.key { state.keys[key] = id }
        return accepted(id)
    }

    private func show(_ id: String, _ state: inout State) -> (Int, String) {
        state.reads += 1
        guard let order = state.orders[id], !isForgotten(order) else { return (404, "{}") }
        guard !order.isDeleted else {
            return lie == .revivesDeleted ? (200, order.json(status: order.status)) : (404, "{}")
        }
        let isOlder = lie == .olderStatus || (lie == .olderSometimes && state.reads % 5 == 0)
        let json = order.json(status: isOlder ? "s0" : order.status)
        return (200, lie == .otherItems ? json.replacing("item 0", with: "item 9") : json)
    }

    private func list(_ state: State) -> (Int, String) {
        var orders: [String] = []
        for order in state.orders.values where !isForgotten(order) {
            guard !order.isDeleted || lie == .revivesDeleted else { continue }
            let json = order.json(status: lie == .olderStatus ? "s0" : order.status)
            if lie == .unlisted, order.number % 2 == 0 { continue }
            orders += Array(repeating: json, count: lie == .listsTwice ? 2 : 1)
        }
        return (200, #"{"total_orders":\#(orders.count),"orders":[\#(orders.joined(separator: ","))],"next":null}"#)
    }

    private func isThere(_ id: String, _ state: State) -> Bool {
        state.orders[id].map { !$0.isDeleted && !isForgotten($0) } ?? false
    }

    private func isForgotten(_ order: Order) -> Bool { lie == .forgetsOrders && order.number % 10 == 9 }
}
