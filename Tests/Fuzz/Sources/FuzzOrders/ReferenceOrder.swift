import Reference

/// docs/contract.md section 1 about an order, said once more over a tree.
struct ReferenceOrder: Equatable {
    struct Item: Equatable {
        var name: [Unicode.Scalar]
        var quantity: Int
    }

    var customerName: [Unicode.Scalar]
    var status: [Unicode.Scalar]
    var items: [Item] = []

    init?(_ json: ReferenceJSON) {
        guard let customerName = json["customer_name"]?.text(upTo: 80) else { return nil }
        self.customerName = customerName
        guard let status = (json["status"] ?? .string("received")).text(upTo: 20) else { return nil }
        self.status = status
        guard case .array(let list) = json["items"], 1...100 ~= list.count else { return nil }
        for element in list {
            guard let name = element["name"]?.text(upTo: 80), let quantity = element["quantity"]?.quantity else {
                return nil
            }
            items.append(Item(name: name, quantity: quantity))
        }
    }
}

extension ReferenceJSON {
    /// Of equal keys the last. Scalars are compared, as Swift's strings would take two spellings of a letter for one.
    subscript(key: String) -> ReferenceJSON? {
        guard case .object(let fields) = self else { return nil }
        return fields.last { Array($0.key.unicodeScalars) == Array(key.unicodeScalars) }?.value
    }

    func text(upTo maximum: Int) -> [Unicode.Scalar]? {
        guard case .string(let text) = self, 1...maximum ~= text.unicodeScalars.count else { return nil }
        return Array(text.unicodeScalars)
    }

    /// An integer, or a string of digits.
    var quantity: Int? {
        let digits: String
        switch self {
        case .number(let text): digits = text
        case .string(let text): digits = text
        default: return nil
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        // With leading zeros a string may be of any length.
        let value = Int(String(digits.drop { $0 == "0" }))
        return value.flatMap { 1...2_147_483_647 ~= $0 ? $0 : nil }
    }
}
