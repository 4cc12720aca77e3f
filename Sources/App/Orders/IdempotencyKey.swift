package import Reactor

/// The value of an Idempotency-Key header: a client's name for one request, under which a retry is known again.
///
/// Taken as it stands, byte by byte: quotes around it, as the IETF's draft has them, belong to it.
package struct IdempotencyKey: Hashable, Sendable {
    package static let lengths = 1...255
    /// How long a key is remembered, from its first request on.
    package static let lifeMilliseconds: UInt64 = 24 * 3600 * 1000

    package let bytes: [UInt8]

    /// nil unless there are 1 to 255 printable ASCII characters.
    package init?(_ value: UnsafeRawBufferPointer) {
        guard Self.lengths.contains(value.count), value.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        bytes = [UInt8](value)
    }
}

/// What is remembered of a request with a key.
package struct KeyRecord: Equatable, Sendable {
    /// SHA-256 of the request's body.
    package var fingerprint: SHA256Digest
    /// A version 7 id, made for the first request. The ids of its orders and jobs follow from it alone, so that a
    /// request which is tried again asks for the same orders.
    package var idSeed: UUID

    package init(fingerprint: SHA256Digest, idSeed: UUID) {
        self.fingerprint = fingerprint
        self.idSeed = idSeed
    }

    /// What is left of its life; 0 when that is over.
    package func millisecondsLeft(now: UInt64) -> UInt64 {
        let end = (idSeed.millisecondsSince1970 ?? 0) + IdempotencyKey.lifeMilliseconds
        return end > now ? end - now : 0
    }
}

/// What a job carries of the key that its order was sent with.
package struct KeyMark: Equatable, Sendable {
    /// A range of ``JobBatch/text``.
    package var key: ByteRange
    /// Of the order in its request: 0, or its index in a batch.
    package var position: Int
    package var record: KeyRecord
}

extension UUID {
    /// The id of the order at `position` of the request with this id seed.
    package func order(at position: Int) -> UUID { derived(2 * UInt64(position)) }

    /// The id of the job that creates it.
    package func job(at position: Int) -> UUID { derived(2 * UInt64(position) + 1) }

    /// Counts on in the 62 random bits. Seeds of one process differ in their time already, and those of different
    /// processes in the random bits, as all version 7 ids do.
    private func derived(_ offset: UInt64) -> UUID {
        let random: UInt64 = (1 << 62) - 1
        return UUID(high: high, low: low & ~random | (low &+ offset) & random)
    }
}

extension ByteBuffer {
    /// Appends 64 hexadecimal digits in lower case.
    package mutating func append(hex digest: SHA256Digest) {
        digest.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: SHA256Digest.byteCount, by: 4) {
                let word = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
                withUnsafeBytes(of: HexadecimalDigits.digits(of: word).bigEndian) { append($0) }
            }
        }
    }
}

extension SHA256Digest {
    /// Reads 64 hexadecimal digits in either case; nil for anything else.
    package init?(hex text: UnsafeRawBufferPointer) {
        guard text.count == 2 * Self.byteCount else { return nil }
        var bytes = ByteBuffer(capacity: Self.byteCount)
        for start in stride(from: 0, to: text.count, by: 8) {
            let digits = UInt64(bigEndian: text.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            guard let word = HexadecimalDigits.value(ofDigits: digits) else { return nil }
            Swift.withUnsafeBytes(of: word.bigEndian) { bytes.append($0) }
        }
        self.init(bytes.bytes)
    }
}
