/// The fields of a JSON order, found and checked but for the items; valid until the parser parses again.
///
/// The API and the queue share these rules: what one accepts the other must be able to apply.
struct OrderFields {
    let customerName: UnsafeRawBufferPointer
    /// Nil where the field is absent and the default holds.
    let status: UnsafeRawBufferPointer?
    /// Between 1 and ``OrderLimits/items``.
    let items: JSONArray

    static let defaultStatus: StaticString = "received"

    /// Every field is visited, so that of duplicate keys the last wins, as in the replaced service.
    init(_ object: JSONObject) throws(OrderRejection) {
        var customerName: JSONValue?
        var status: JSONValue?
        var items: JSONValue?
        for field in object {
            if field.key.equals("customer_name") {
                customerName = field.value
            } else if field.key.equals("items") {
                items = field.value
            } else if field.key.equals("status") {
                status = field.value
            }
        }
        guard let name = customerName?.text, OrderLimits.holds(name, maximum: OrderLimits.customerNameScalars) else {
            throw .customerName()
        }
        guard case .array(let list) = items, (1...OrderLimits.items).contains(list.count) else { throw .items() }
        self.customerName = name
        // Present but null is refused like any other type: it is not "absent".
        self.status = try status.map { value throws(OrderRejection) in try Self.checked(status: value) }
        self.items = list
    }

    /// The status of an object that needs no other field: the body of a PATCH, the payload of its job.
    static func status(of object: JSONObject) throws(OrderRejection) -> UnsafeRawBufferPointer {
        var status: JSONValue?
        for field in object where field.key.equals("status") { status = field.value }
        return try checked(status: status)
    }

    private static func checked(status value: JSONValue?) throws(OrderRejection) -> UnsafeRawBufferPointer {
        guard let text = value?.text, OrderLimits.holds(text, maximum: OrderLimits.statusScalars) else {
            throw .status()
        }
        return text
    }

    /// Hands the default out where the field is absent.
    var statusOrDefault: UnsafeRawBufferPointer {
        status
            ?? UnsafeRawBufferPointer(
                start: Self.defaultStatus.utf8Start, count: Self.defaultStatus.utf8CodeUnitCount)
    }
}

/// One checked line of a JSON order.
struct OrderItemFields {
    let name: UnsafeRawBufferPointer
    let quantity: Int32

    /// `index` is for the sentence of a rejection.
    init(_ value: JSONValue, index: Int) throws(OrderRejection) {
        guard case .object(let object) = value else { throw .item(index) }
        var name: JSONValue?
        var quantity: JSONValue?
        for field in object {
            if field.key.equals("name") {
                name = field.value
            } else if field.key.equals("quantity") {
                quantity = field.value
            }
        }
        guard let text = name?.text, OrderLimits.holds(text, maximum: OrderLimits.itemNameScalars) else {
            throw .itemName(index)
        }
        guard let number = quantity.flatMap(Self.quantity) else { throw .itemQuantity(index) }
        self.name = text
        self.quantity = number
    }

    /// An integer, or (compat) a string of ASCII digits, within ``OrderLimits/quantity``.
    private static func quantity(_ value: JSONValue) -> Int32? {
        switch value {
        case .integer(let number):
            return OrderLimits.quantity.contains(Int(number)) ? Int32(number) : nil
        case .string(let digits):
            var number = 0
            for byte in digits {
                guard byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") else { return nil }
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
                // Checked at each digit, so that a long run of them can't overflow.
                guard number <= OrderLimits.quantity.upperBound else { return nil }
            }
            return OrderLimits.quantity.contains(number) ? Int32(number) : nil
        case .null, .boolean, .otherNumber, .array, .object:
            return nil
        }
    }
}
