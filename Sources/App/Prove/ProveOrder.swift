/// What an order of a run looks like. It all follows from the run's name and the order's number, so that wherever the
/// order turns up it can be checked.
struct ProveOrder: Sendable {
    struct Item: Equatable, Sendable {
        var name: String
        var quantity: Int
    }

    let customer: String
    let items: [Item]

    init(run: String, number: Int) {
        customer = Self.prefix(run) + String(number)
        items = (0...(number % 4)).map { Item(name: "item \($0) of \(number)", quantity: number % 1_000 + $0 + 1) }
    }

    /// What the customers of a run begin with.
    static func prefix(_ run: String) -> String { "prove-\(run)-" }

    /// nil for a customer of somebody else.
    static func number(_ customer: String, run: String) -> Int? {
        let prefix = prefix(run)
        guard customer.hasPrefix(prefix) else { return nil }
        return Int(customer.dropFirst(prefix.count))
    }

    /// The status that write number `write` of an order sets; its creation is number 0.
    static func status(_ write: Int) -> String { "s\(write)" }

    /// nil for a status that no write sets.
    static func write(ofStatus status: String) -> Int? {
        guard status.first == "s", let write = Int(status.dropFirst()), Self.status(write) == status else { return nil }
        return write
    }

    /// The body of its POST. Its texts need no escapes.
    var body: String {
        let list = items.map { #"{"name":"\#($0.name)","quantity":\#($0.quantity)}"# }.joined(separator: ",")
        return #"{"customer_name":"\#(customer)","status":"\#(Self.status(0))","items":[\#(list)]}"#
    }
}
