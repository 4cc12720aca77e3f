import Hummingbird

struct Order: ResponseCodable, Sendable {
    var id: String
    var customerName: String
    var status: String
    var items: [OrderItem]

    enum CodingKeys: String, CodingKey {
        case id = "order_id"
        case customerName = "customer_name"
        case status, items
    }
}

struct OrderItem: Codable, Sendable {
    var name: String
    var quantity: Int
}

struct OrderList: ResponseCodable {
    var total: Int
    var orders: [Order]

    enum CodingKeys: String, CodingKey {
        case total = "total_orders"
        case orders
    }
}
