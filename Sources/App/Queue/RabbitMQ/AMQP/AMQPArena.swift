import CRabbitMQ

/// The memory behind what a call of librabbitmq is given; to be freed as a whole after the call.
struct AMQPArena: ~Copyable {
    private var pool = amqp_pool_t()

    init() { init_amqp_pool(&pool, 1024) }

    /// Not left to `deinit`, which may come before the call that the pointers are for.
    mutating func free() { empty_amqp_pool(&pool) }

    mutating func bytes(_ text: String) -> amqp_bytes_t {
        var copy = text
        return copy.withUTF8 { source in
            guard let room = amqp_pool_alloc(&pool, max(1, source.count)) else { fatalError("out of memory") }
            // The pool gave at least source.count bytes.
            if let from = source.baseAddress { room.copyMemory(from: from, byteCount: source.count) }
            return amqp_bytes_t(len: source.count, bytes: room)
        }
    }

    mutating func table(_ fields: [AMQPField]) -> amqp_table_t {
        guard !fields.isEmpty else { return amqp_table_t() }
        let size = MemoryLayout<amqp_table_entry_t>.stride * fields.count
        guard let room = amqp_pool_alloc(&pool, size) else { fatalError("out of memory") }
        let entries = room.bindMemory(to: amqp_table_entry_t.self, capacity: fields.count)
        for (index, field) in fields.enumerated() {
            let entry = amqp_table_entry_t(key: bytes(field.name), value: value(field.value))
            (entries + index).initialize(to: entry)
        }
        return amqp_table_t(num_entries: Int32(fields.count), entries: entries)
    }

    private mutating func value(_ value: AMQPValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .text(let text):
            field.kind = UInt8(ascii: "S")
            field.value.bytes = bytes(text)
        case .integer(let number):
            field.kind = UInt8(ascii: "l")
            field.value.i64 = number
        case .boolean(let isTrue):
            field.kind = UInt8(ascii: "t")
            field.value.boolean = isTrue ? 1 : 0
        case .timestamp(let seconds):
            field.kind = UInt8(ascii: "T")
            field.value.u64 = seconds
        case .table(let fields):
            field.kind = UInt8(ascii: "F")
            field.value.table = table(fields)
        case .list, .other:
            preconditionFailure("nothing here sends such a value")
        }
        return field
    }
}
