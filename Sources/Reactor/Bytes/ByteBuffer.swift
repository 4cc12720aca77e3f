import Glibc

/// A growable run of bytes with one owner: written at the end, consumed at the front.
///
/// It exists because `[UInt8]` checks uniqueness at each append and can't lend its spare room to `read(2)`. Not
/// thread-safe; it may move between threads, since a value has exactly one owner.
///
/// The memory behind `writeEnd` always holds at least ``slack`` bytes that may be *read* (their content means nothing):
/// simdjson loads whole vectors past the end of its input.
///
/// Public, as ``ByteRange`` is, though nobody outside the package can import this module: what has package access
/// is not inlined into another module, whatever its attributes say, and an order is written in thirty pieces.
public struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is owned by this value alone and never handed out beyond a borrow.

    /// Bytes that may be read behind the last written one.
    public static let slack = 64

    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var capacity: Int
    @usableFromInline var head: Int
    @usableFromInline var tail: Int

    /// Allocates nothing until the first write when `capacity` is 0.
    public init(capacity: Int = 0) {
        self.base = nil
        self.capacity = 0
        self.head = 0
        self.tail = 0
        if capacity > 0 { grow(toHold: capacity) }
    }

    deinit { free(base) }

    /// Unconsumed bytes.
    @inlinable
    public var count: Int { tail - head }

    /// Whether no byte is unconsumed.
    @inlinable
    public var isEmpty: Bool { tail == head }

    /// Bytes of memory held, written or not.
    public var allocatedBytes: Int { base == nil ? 0 : capacity + Self.slack }

    /// The unconsumed bytes, valid until the next mutation.
    @inlinable
    public var bytes: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + head, count: tail - head)
    }

    /// The unconsumed bytes for editing in place, valid until the next mutation.
    @inlinable
    public var mutableBytes: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + head, count: tail - head)
    }

    /// Room for at least `count` more bytes behind the last one; follow with ``commit(_:)``.
    @inlinable @inline(__always)
    public mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if base == nil || capacity - tail < count { grow(toHold: count) }
        return UnsafeMutableRawBufferPointer(start: base! + tail, count: capacity - tail)
    }

    /// Declares that `count` bytes of the reserved room were written.
    @inlinable @inline(__always)
    public mutating func commit(_ count: Int) {
        precondition(count >= 0 && count <= capacity - tail)
        tail += count
    }

    /// Copies `source` behind the last byte.
    @inlinable @inline(__always)
    public mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let from = source.baseAddress, source.count > 0 else { return }
        let room = reserve(source.count)
        // reserve() returned at least source.count bytes, so the copy stays inside.
        room.baseAddress!.copyMemory(from: from, byteCount: source.count)
        tail += source.count
    }

    /// Copies the UTF-8 of `literal` behind the last byte.
    @inlinable @inline(__always)
    public mutating func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// One more byte.
    @inlinable @inline(__always)
    public mutating func append(byte: UInt8) {
        let room = reserve(1)
        room[0] = byte
        tail += 1
    }

    /// For cold paths: the UTF-8 of a String.
    public mutating func append(string: String) {
        var copy = string
        copy.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// The shortest decimal form.
    @inlinable
    public mutating func append(decimal value: UInt64) {
        if value < 10 { return append(byte: UInt8(truncatingIfNeeded: value) + UInt8(ascii: "0")) }
        appendLong(decimal: value)
    }

    /// Eight digits at a time, those in front without leading zeros.
    @usableFromInline
    mutating func appendLong(decimal value: UInt64) {
        let (high, last) = value.quotientAndRemainder(dividingBy: 100_000_000)
        guard high > 0 else { return append(firstDigits: DecimalDigits.eight(last)) }
        let (first, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
        if first > 0 {
            append(firstDigits: DecimalDigits.eight(first))
            append(digits: DecimalDigits.eight(middle))
        } else {
            append(firstDigits: DecimalDigits.eight(middle))
        }
        append(digits: DecimalDigits.eight(last))
    }

    private mutating func append(digits: UInt64) {
        reserve(8).storeBytes(of: digits.littleEndian, as: UInt64.self)
        tail += 8
    }

    private mutating func append(firstDigits digits: UInt64) {
        let zeros = (digits ^ DecimalDigits.zeros).trailingZeroBitCount / 8
        reserve(8).storeBytes(of: (digits >> UInt64(8 * zeros)).littleEndian, as: UInt64.self)
        tail += 8 - zeros
    }

    /// Drops `count` bytes from the front.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= tail - head)
        head += count
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes back what was appended since the buffer held `count` bytes.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= tail - head)
        tail = head + count
    }

    /// Forgets the content and keeps the memory.
    @inlinable
    public mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Forgets the content and gives the memory back.
    public mutating func release() {
        free(base)
        base = nil
        capacity = 0
        head = 0
        tail = 0
    }

    @usableFromInline
    mutating func grow(toHold extra: Int) {
        let used = tail - head
        if head > 0, let base {
            memmove(base, base + head, used)
            head = 0
            tail = used
        }
        if base != nil && capacity - tail >= extra { return }
        var wanted = max(capacity, 256)
        while wanted - used < extra { wanted *= 2 }
        guard let bigger = realloc(base, wanted + Self.slack) else { fatalError("out of memory") }
        base = bigger
        capacity = wanted
    }
}
