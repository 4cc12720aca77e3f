/// A run of bytes inside a buffer that somebody else owns: an offset and a count, 8 bytes in all.
///
/// Offsets stay true when the buffer moves, which a pointer would not.
package struct ByteRange: Equatable, Hashable, Sendable {
    package var start: UInt32
    package var count: UInt32

    @inlinable
    package init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    package static let empty = ByteRange(start: 0, count: 0)

    @inlinable
    package var end: Int { Int(start) + Int(count) }

    @inlinable
    package var isEmpty: Bool { count == 0 }

    /// The bytes themselves; traps when the range does not lie inside `base`.
    @inlinable
    package func of(_ base: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        // Slices of unsafe buffers are checked in debug builds only.
        precondition(end <= base.count)
        return UnsafeRawBufferPointer(rebasing: base[Int(start)..<end])
    }
}
