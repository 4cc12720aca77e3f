import Orders
import Reactor

/// The creation of an order that is absent, read from `absent_orders`, which has it as JSON:
///
///     {"customer_name":"…","items":[{"name":"…","quantity":1},…]}
///
/// Its first status is left out: whatever brings the order back has a newer one. Texts and quantities may be null, as
/// in databases that were taken over.
struct RecordedCreation: ~Copyable {
    struct Item {
        var name: ByteRange?
        var quantity: Int64?
    }

    private var text = ByteBuffer()
    private(set) var items: [Item] = []
    private var name: ByteRange?

    /// nil for what this service does not write.
    init?(_ json: UnsafeRawBufferPointer) {
        var copy = ByteBuffer(capacity: json.count + JSONParser.padding)
        copy.append(json)
        _ = copy.reserve(JSONParser.padding)
        var parser = JSONParser(maximumBytes: max(1, json.count))
        guard case .object(let order)? = try? parser.parse(copy.bytes) else { return nil }
        for field in order {
            switch field.value {
            case .string(let value) where field.key.equals("customer_name"): name = keep(value)
            case .array(let values) where field.key.equals("items"): for value in values { keep(item: value) }
            default: continue
            }
        }
    }

    /// nil for NULL.
    var customerName: UnsafeRawBufferPointer? { name?.of(text.bytes) }

    /// nil for NULL.
    func name(of item: Item) -> UnsafeRawBufferPointer? { item.name?.of(text.bytes) }

    private mutating func keep(item value: JSONValue) {
        guard case .object(let fields) = value else { return }
        var item = Item()
        for field in fields {
            switch field.value {
            case .string(let name) where field.key.equals("name"): item.name = keep(name)
            case .integer(let quantity) where field.key.equals("quantity"): item.quantity = quantity
            default: continue
            }
        }
        items.append(item)
    }

    private mutating func keep(_ value: UnsafeRawBufferPointer) -> ByteRange {
        let start = text.count
        text.append(value)
        return ByteRange(start: start, count: value.count)
    }
}

extension ByteBuffer {
    /// Appends what ``RecordedCreation`` reads.
    mutating func append(creationBy job: Job, of batch: borrowing JobBatch) {
        append("{\"customer_name\":")
        append(jsonString: job.customerName.of(batch.text.bytes))
        append(",\"items\":[")
        for index in job.items {
            let item = batch.items[index]
            OrderJSON.appendItem(
                name: item.name.of(batch.text.bytes), quantity: item.quantity, isFirst: index == job.items.lowerBound,
                into: &self)
        }
        append("]}")
    }
}
