/// Why an order or a status was refused: one sentence that names the field and what was expected of it.
package struct OrderRejection: Error, Equatable {
    package let message: String
}

// Kept out of line: building a String belongs on the cold path.
extension OrderRejection {
    @inline(never)
    static func notJSON(_ error: JSONError) -> OrderRejection {
        OrderRejection(message: error.sentence(about: "body"))
    }

    @inline(never)
    static func bodyNotAnObject() -> OrderRejection { OrderRejection(message: "body must be a JSON object") }

    @inline(never)
    package static func batch() -> OrderRejection {
        OrderRejection(message: "body must be an array of 1 to \(OrderLimits.batchOrders) orders")
    }

    @inline(never)
    static func orderNotAnObject() -> OrderRejection { OrderRejection(message: "order must be a JSON object") }

    @inline(never)
    package static func customerName() -> OrderRejection { text("customer_name", OrderLimits.customerNameScalars) }

    @inline(never)
    package static func status() -> OrderRejection { text("status", OrderLimits.statusScalars) }

    @inline(never)
    package static func items() -> OrderRejection {
        OrderRejection(message: "items must be an array of 1 to \(OrderLimits.items) objects")
    }

    @inline(never)
    package static func item(_ index: Int) -> OrderRejection {
        OrderRejection(message: "items[\(index)] must be an object with name and quantity")
    }

    @inline(never)
    static func itemName(_ index: Int) -> OrderRejection { text("items[\(index)].name", OrderLimits.itemNameScalars) }

    @inline(never)
    static func itemQuantity(_ index: Int) -> OrderRejection {
        let range = OrderLimits.quantity
        return OrderRejection(
            message: "items[\(index)].quantity must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }

    private static func text(_ field: String, _ maximum: Int) -> OrderRejection {
        OrderRejection(message: "\(field) must be a text of 1 to \(maximum) characters")
    }
}
