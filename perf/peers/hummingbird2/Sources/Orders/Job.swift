import Foundation

/// A write, as it lies in the queue.
struct Job: Codable, Sendable {
    enum Kind: String, Codable {
        case createOrder = "create_order"
        case updateStatus = "update_order_status"
        case deleteOrder = "delete_order"
    }

    enum Write: Sendable {
        case create(Order)
        case updateStatus(StatusUpdate)
        case delete(Deletion)
    }

    struct StatusUpdate: Codable, Sendable {
        var id: String
        var status: String

        enum CodingKeys: String, CodingKey {
            case id = "order_id"
            case status
        }
    }

    struct Deletion: Codable, Sendable {
        var id: String

        enum CodingKeys: String, CodingKey {
            case id = "order_id"
        }
    }

    let id: String
    let write: Write
    let enqueuedAtMilliseconds: Int64

    init(_ write: Write) {
        id = UUID().uuidString.lowercased()
        self.write = write
        enqueuedAtMilliseconds = Int64(Date().timeIntervalSince1970 * 1000)
    }

    var kind: Kind {
        switch write {
        case .create: .createOrder
        case .updateStatus: .updateStatus
        case .delete: .deleteOrder
        }
    }

    var orderID: String {
        switch write {
        case .create(let order): order.id
        case .updateStatus(let update): update.id
        case .delete(let deletion): deletion.id
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "job_id"
        case kind = "type"
        case payload
        case enqueuedAtMilliseconds = "enqueued_at"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        enqueuedAtMilliseconds = try container.decode(Int64.self, forKey: .enqueuedAtMilliseconds)
        write =
            switch try container.decode(Kind.self, forKey: .kind) {
            case .createOrder: .create(try container.decode(Order.self, forKey: .payload))
            case .updateStatus: .updateStatus(try container.decode(StatusUpdate.self, forKey: .payload))
            case .deleteOrder: .delete(try container.decode(Deletion.self, forKey: .payload))
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(enqueuedAtMilliseconds, forKey: .enqueuedAtMilliseconds)
        switch write {
        case .create(let order): try container.encode(order, forKey: .payload)
        case .updateStatus(let update): try container.encode(update, forKey: .payload)
        case .delete(let deletion): try container.encode(deletion, forKey: .payload)
        }
    }
}
