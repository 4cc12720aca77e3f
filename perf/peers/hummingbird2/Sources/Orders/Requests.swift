import Foundation
import Hummingbird

/// What a client may send. What it may not is a 400 with the reason.
struct NewOrder: Decodable {
    var customerName: String
    var items: [NewItem]
    var status: String?

    enum CodingKeys: String, CodingKey {
        case customerName = "customer_name"
        case items, status
    }

    func validated() throws -> Order {
        try require(1...80 ~= customerName.unicodeScalars.count, "customer_name must be a text of 1 to 80 characters")
        try require(1...100 ~= items.count, "items must be a list of 1 to 100 items")
        let status = try NewStatus(status: status ?? "received").validated()
        return try Order(
            id: UUID().uuidString.lowercased(), customerName: customerName, status: status,
            items: items.map { try $0.validated() })
    }
}

struct NewItem: Decodable {
    var name: String
    var quantity: Int

    enum CodingKeys: CodingKey {
        case name, quantity
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        // A string of digits will do.
        if let text = try? container.decode(String.self, forKey: .quantity) {
            let isNumber = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            quantity = isNumber ? Int(text) ?? 0 : 0
        } else {
            quantity = try container.decode(Int.self, forKey: .quantity)
        }
    }

    func validated() throws -> OrderItem {
        try require(1...80 ~= name.unicodeScalars.count, "an item's name must be a text of 1 to 80 characters")
        try require(1...Int(Int32.max) ~= quantity, "an item's quantity must be an integer from 1 to \(Int32.max)")
        return OrderItem(name: name, quantity: quantity)
    }
}

struct NewStatus: Decodable {
    var status: String

    func validated() throws -> String {
        try require(1...20 ~= status.unicodeScalars.count, "status must be a text of 1 to 20 characters")
        return status
    }
}

private func require(_ isValid: Bool, _ message: String) throws {
    guard isValid else { throw HTTPError(.badRequest, message: message) }
}
