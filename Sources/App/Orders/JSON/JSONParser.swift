import CSimdjson

/// A JSON parser that validates its whole input (RFC 8259, UTF-8, paired surrogates) and keeps its memory from document
/// to document. One per thread.
///
/// Only this folder knows simdjson.
package struct JSONParser: ~Copyable {
    /// Bytes behind the input that must be readable, whatever they hold.
    package static let padding = Int(CSIMDJSON_PADDING)

    private let handle: OpaquePointer

    /// Memory grows with the largest document seen, to about 14 times `maximumBytes` and no further.
    package init(maximumBytes: Int, maximumDepth: Int = 32) {
        guard let handle = csimdjson_create(maximumBytes, maximumDepth) else { fatalError("out of memory") }
        self.handle = handle
    }

    deinit { csimdjson_destroy(handle) }

    /// Parses `bytes` where they lie; ``padding`` bytes behind them must be readable.
    ///
    /// The value, and all that is reached from it, is valid until the next call; `bytes` may change at once.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var root = csimdjson_value()
        let status = csimdjson_parse(handle, bytes.baseAddress, bytes.count, &root)
        // Like all memory here: a parser without any must not blame the document.
        guard status != CSIMDJSON_OUT_OF_MEMORY else { fatalError("out of memory") }
        guard status == CSIMDJSON_OK else { throw Self.error(status) }
        return JSONValue(root)
    }

    private static func error(_ status: csimdjson_status) -> JSONError {
        switch status {
        case CSIMDJSON_EMPTY: .empty
        case CSIMDJSON_TOO_LARGE: .tooLarge
        case CSIMDJSON_TOO_DEEP: .tooDeep
        case CSIMDJSON_BAD_UTF8: .badUTF8
        case CSIMDJSON_BAD_STRING: .badString
        case CSIMDJSON_BAD_NUMBER: .badNumber
        default: .badStructure
        }
    }
}
