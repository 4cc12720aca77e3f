/// An order as a test sends it and expects it back. Its texts need no escapes in JSON.
struct TestOrder: Equatable, Sendable {
    struct Item: Equatable, Sendable {
        var name: String
        var quantity: Int
    }

    var customer: String
    var status = "received"
    var items: [Item]

    init(customer: String, status: String = "received", items: [Item]) {
        self.customer = customer
        self.status = status
        self.items = items
    }

    /// An order whose items follow from its customer, so that wherever it turns up it can be checked: 1 to 4 of them.
    init(customer: String) {
        let sum = customer.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff }
        let items = (0...(sum % 4)).map { Item(name: "\(customer) item \($0)", quantity: sum + $0 + 1) }
        self.init(customer: customer, items: items)
    }

    var body: String {
        let list = items.map { #"{"name":"\#($0.name)","quantity":\#($0.quantity)}"# }.joined(separator: ",")
        return #"{"customer_name":"\#(customer)","status":"\#(status)","items":[\#(list)]}"#
    }

    /// What GET has to answer.
    func json(id: String, status: String? = nil) -> JSON {
        .object([
            "order_id": .string(id), "customer_name": .string(customer), "status": .string(status ?? self.status),
            "items": .array(items.map { .object(["name": .string($0.name), "quantity": .integer($0.quantity)]) }),
        ])
    }
}
