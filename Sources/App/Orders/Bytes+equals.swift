public import Glibc

// Public and inlinable: a comparison with a literal becomes one of its words, where a call across the module would cost
// more than it.

extension UnsafeRawBufferPointer {
    /// Whether these are exactly the bytes of `literal`.
    @inlinable public func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount, let baseAddress else {
            return isEmpty && literal.utf8CodeUnitCount == 0
        }
        return memcmp(baseAddress, literal.utf8Start, count) == 0
    }

    /// Whether `literal` stands at `offset`.
    @inlinable public func hasBytes(_ literal: StaticString, at offset: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard offset >= 0, length <= count - offset, let baseAddress else { return false }
        return memcmp(baseAddress + offset, literal.utf8Start, length) == 0
    }
}
