import Orders
import Reactor

/// One page of the list.
struct ListPage: Equatable, Sendable {
    var total: Int
    var orders: [ShownOrder]
    /// nil when nothing follows.
    var next: String?
}

/// Reads the JSON of answers. For one thread.
final class ReplyDecoder {
    private var parser = JSONParser(maximumBytes: HTTPReplyParser.maxBytes)
    private var buffer = ByteBuffer()

    /// nil for what is no order.
    func order(_ body: [UInt8]) -> ShownOrder? { object(body) { Self.order($0) } }

    func page(_ body: [UInt8]) -> ListPage? {
        object(body) { object -> ListPage? in
            guard case .integer(let total)? = object["total_orders"], case .array(let array)? = object["orders"],
                let next = object["next"]
            else { return nil }
            var page = ListPage(total: Int(total), orders: [])
            for element in array {
                guard case .object(let order) = element, let shown = Self.order(order) else { return nil }
                page.orders.append(shown)
            }
            switch next {
            case .null: return page
            case .string, .integer:
                page.next = next.string ?? next.number.map { "\($0)" }
                return page
            default: return nil
            }
        }
    }

    /// The sentence of an error.
    func error(_ body: [UInt8]) -> String? { object(body) { $0["error"]?.string } }

    /// The order that the 202 of a write names.
    func orderID(_ body: [UInt8]) -> UUID? { object(body) { $0["order_id"]?.text.flatMap { UUID(text: $0) } } }

    private static func order(_ object: JSONObject) -> ShownOrder? {
        guard let customer = object["customer_name"]?.string, let status = object["status"]?.string,
            case .array(let array)? = object["items"]
        else { return nil }
        let id = object["order_id"]?.text.flatMap { UUID(text: $0) }
        var order = ShownOrder(id: id, customer: customer, status: status, items: [])
        for element in array {
            guard case .object(let item) = element, let name = item["name"]?.string,
                let quantity = item["quantity"]?.number
            else { return nil }
            order.items.append(ProveOrder.Item(name: name, quantity: quantity))
        }
        return order
    }

    private func object<Result>(_ body: [UInt8], _ read: (JSONObject) -> Result?) -> Result? {
        buffer.removeAll()
        body.withUnsafeBytes { buffer.append($0) }
        guard let value = try? parser.parse(buffer.bytes), case .object(let object) = value else { return nil }
        return read(object)
    }
}

extension JSONObject {
    /// The last field of that name.
    fileprivate subscript(name: StaticString) -> JSONValue? {
        var found: JSONValue?
        for field in self where field.key.equals(name) { found = field.value }
        return found
    }
}

extension JSONValue {
    fileprivate var string: String? { text.map { String(decoding: $0, as: UTF8.self) } }

    fileprivate var number: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
}
