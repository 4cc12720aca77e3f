package import CRabbitMQ

extension amqp_bytes_t {
    package var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : len) }

    /// A copy; what isn't UTF-8 is repaired.
    package var text: String { String(decoding: buffer, as: UTF8.self) }
}

extension [AMQPField] {
    /// A copy of what the broker sent.
    package init(_ table: amqp_table_t) {
        self = (0..<Int(table.num_entries)).map { index in
            let entry = table.entries[index]
            return AMQPField(name: entry.key.text, value: AMQPValue(entry.value))
        }
    }
}

extension AMQPValue {
    fileprivate init(_ field: amqp_field_value_t) {
        let value = field.value
        self =
            switch field.kind {
            case UInt8(ascii: "S"), UInt8(ascii: "x"): .text(value.bytes.text)
            case UInt8(ascii: "t"): .boolean(value.boolean != 0)
            case UInt8(ascii: "b"): .integer(Int64(value.i8))
            case UInt8(ascii: "B"): .integer(Int64(value.u8))
            case UInt8(ascii: "s"): .integer(Int64(value.i16))
            case UInt8(ascii: "u"): .integer(Int64(value.u16))
            case UInt8(ascii: "I"): .integer(Int64(value.i32))
            case UInt8(ascii: "i"): .integer(Int64(value.u32))
            case UInt8(ascii: "l"): .integer(value.i64)
            case UInt8(ascii: "L"): .integer(Int64(clamping: value.u64))
            case UInt8(ascii: "T"): .timestamp(value.u64)
            case UInt8(ascii: "F"): .table([AMQPField](value.table))
            case UInt8(ascii: "A"):
                .list((0..<Int(value.array.num_entries)).map { AMQPValue(value.array.entries[$0]) })
            default: .other
            }
    }
}
