/// A run of bytes inside a buffer that somebody else owns: an offset and a count, 8 bytes in all.
///
/// Offsets stay true when the buffer moves, which a pointer would not.
public struct ByteRange: Equatable, Hashable, Sendable {
    /// The offset of the first byte, from the buffer's first one that is not consumed.
    public var start: UInt32
    /// How many bytes there are.
    public var count: UInt32

    /// Traps for what 32 bits don't hold.
    @inlinable
    public init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    /// No bytes, at offset 0.
    public static let empty = ByteRange(start: 0, count: 0)

    /// Where the bytes end: the first offset behind them.
    @inlinable
    public var end: Int { Int(start) + Int(count) }

    /// Whether there are no bytes in it.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The bytes themselves; traps when the range does not lie inside `base`.
    @inlinable
    public func of(_ base: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        // Slices of unsafe buffers are checked in debug builds only.
        precondition(end <= base.count)
        return UnsafeRawBufferPointer(rebasing: base[Int(start)..<end])
    }
}
