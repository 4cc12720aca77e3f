import Glibc

/// A growable run of bytes with one owner: written at the end, consumed at the front.
///
/// It exists because `[UInt8]` checks uniqueness at each append and can't lend its spare room to `read(2)`. Not
/// thread-safe; it may move between threads, since a value has exactly one owner.
///
/// The memory behind `writeEnd` always holds at least ``slack`` bytes that may be *read* (their content means nothing):
/// simdjson loads whole vectors past the end of its input.
package struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is owned by this value alone and never handed out beyond a borrow.

    /// Bytes that may be read behind the last written one.
    package static let slack = 64

    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var capacity: Int
    @usableFromInline var head: Int
    @usableFromInline var tail: Int

    /// Allocates nothing until the first write when `capacity` is 0.
    package init(capacity: Int = 0) {
        self.base = nil
        self.capacity = 0
        self.head = 0
        self.tail = 0
        if capacity > 0 { grow(toHold: capacity) }
    }

    deinit { free(base) }

    /// Unconsumed bytes.
    @inlinable
    package var count: Int { tail - head }

    @inlinable
    package var isEmpty: Bool { tail == head }

    /// Bytes of memory held, written or not.
    package var allocatedBytes: Int { base == nil ? 0 : capacity + Self.slack }

    /// The unconsumed bytes, valid until the next mutation.
    @inlinable
    package var bytes: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + head, count: tail - head)
    }

    /// The unconsumed bytes for editing in place, valid until the next mutation.
    @inlinable
    package var mutableBytes: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + head, count: tail - head)
    }

    /// Room for at least `count` more bytes behind the last one; follow with ``commit(_:)``.
    @inlinable
    package mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if base == nil || capacity - tail < count { grow(toHold: count) }
        return UnsafeMutableRawBufferPointer(start: base! + tail, count: capacity - tail)
    }

    /// Declares that `count` bytes of the reserved room were written.
    @inlinable
    package mutating func commit(_ count: Int) {
        precondition(count >= 0 && count <= capacity - tail)
        tail += count
    }

    @inlinable
    package mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let from = source.baseAddress, source.count > 0 else { return }
        let room = reserve(source.count)
        // reserve() returned at least source.count bytes, so the copy stays inside.
        room.baseAddress!.copyMemory(from: from, byteCount: source.count)
        tail += source.count
    }

    @inlinable
    package mutating func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    @inlinable
    package mutating func append(byte: UInt8) {
        let room = reserve(1)
        room[0] = byte
        tail += 1
    }

    /// For cold paths: the UTF-8 of a String.
    package mutating func append(string: String) {
        var copy = string
        copy.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// The shortest decimal form.
    @inlinable
    package mutating func append(decimal value: UInt64) {
        var digits = 1
        var rest = value / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        let room = reserve(digits)
        var left = value
        var index = digits
        while index > 0 {
            index -= 1
            room[index] = UInt8(truncatingIfNeeded: left % 10) &+ 48
            left /= 10
        }
        tail += digits
    }

    /// Drops `count` bytes from the front.
    @inlinable
    package mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= tail - head)
        head += count
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes back what was appended since the buffer held `count` bytes.
    @inlinable
    package mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= tail - head)
        tail = head + count
    }

    /// Forgets the content and keeps the memory.
    @inlinable
    package mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Forgets the content and gives the memory back.
    package mutating func release() {
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
