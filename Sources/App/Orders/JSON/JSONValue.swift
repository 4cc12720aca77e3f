package import CSimdjson

/// A value of a parsed document, valid until its ``JSONParser`` parses again.
package enum JSONValue {
    case null
    case boolean
    case integer(Int64)
    /// An integer beyond Int64, a fraction or an exponent, none of which an order may hold.
    case otherNumber
    /// Unescaped, valid UTF-8; may hold NUL.
    case string(UnsafeRawBufferPointer)
    case array(JSONArray)
    case object(JSONObject)

    package init(_ value: csimdjson_value) {
        switch value.kind {
        case CSIMDJSON_NULL: self = .null
        case CSIMDJSON_BOOLEAN: self = .boolean
        case CSIMDJSON_INTEGER: self = .integer(value.integer)
        case CSIMDJSON_STRING: self = .string(UnsafeRawBufferPointer(value.text))
        case CSIMDJSON_ARRAY: self = .array(JSONArray(handle: value.container))
        case CSIMDJSON_OBJECT: self = .object(JSONObject(handle: value.container))
        default: self = .otherNumber
        }
    }

    /// The text of a string, nil for any other kind.
    package var text: UnsafeRawBufferPointer? {
        if case .string(let text) = self { text } else { nil }
    }
}

/// An array of a parsed document; iterating it allocates nothing.
package struct JSONArray: Sequence {
    fileprivate let handle: csimdjson_handle

    /// Counted up to 16,777,215.
    var count: Int { csimdjson_element_count(handle) }

    package func makeIterator() -> Iterator { Iterator(children: csimdjson_elements(handle)) }

    package struct Iterator: IteratorProtocol {
        fileprivate var children: csimdjson_children

        package mutating func next() -> JSONValue? {
            var value = csimdjson_value()
            return csimdjson_next_element(&children, &value) ? JSONValue(value) : nil
        }
    }
}

/// An object of a parsed document: its fields in the order of the text, with duplicates.
package struct JSONObject: Sequence {
    fileprivate let handle: csimdjson_handle

    package func makeIterator() -> Iterator { Iterator(children: csimdjson_fields(handle)) }

    package struct Field {
        package let key: UnsafeRawBufferPointer
        package let value: JSONValue
    }

    package struct Iterator: IteratorProtocol {
        fileprivate var children: csimdjson_children

        package mutating func next() -> Field? {
            var key = csimdjson_text()
            var value = csimdjson_value()
            guard csimdjson_next_field(&children, &key, &value) else { return nil }
            return Field(key: UnsafeRawBufferPointer(key), value: JSONValue(value))
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate init(_ text: csimdjson_text) {
        self.init(start: text.bytes, count: text.count)
    }
}
