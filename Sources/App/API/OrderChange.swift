import Orders
import Reactor

/// A request to change an order that is there already.
struct OrderChange {
    let id: UUID
    /// A JSON string with its quotes; nil for a delete.
    let newStatus: [UInt8]?
    /// If-Match.
    let condition: EntityTags?
    let token: ResponseToken

    var isDelete: Bool { newStatus == nil }
}
