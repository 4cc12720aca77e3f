import Orders

/// An order as an answer shows it.
struct ShownOrder: Equatable, Sendable {
    var id: UUID?
    var customer: String
    var status: String
    var items: [ProveOrder.Item]
}

/// What a GET of an order showed.
enum ShownState: Equatable, Sendable {
    case order(ShownOrder)
    /// 404.
    case nothing
    /// An answer that a GET of an order can't have; a sentence about it.
    case other(String)
}
