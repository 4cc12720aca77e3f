import Reactor
import Testing

@testable import Orders
@testable import Store

extension IdempotencyKey {
    /// Of a text that is one.
    init(_ text: String) {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        self = IdempotencyKey(buffer.bytes)!
    }
}

/// A record whose fingerprint is that of `body`.
func testRecord(_ seed: UUID, body: String = "body") -> KeyRecord {
    var buffer = ByteBuffer()
    buffer.append(string: body)
    return KeyRecord(fingerprint: SHA256.digest(of: buffer.bytes), idSeed: seed)
}

/// A seed made so many milliseconds after ``testID(_:)`` was.
func testSeed(_ milliseconds: UInt64 = 0) -> UUID {
    UUID(high: testID(1).high + milliseconds << 16, low: testID(1).low)
}

@Suite struct IdempotencyKeyTests {
    @Test(
        "A key has 1 to 255 printable ASCII characters",
        arguments: [
            ("a", true), (String(repeating: "k", count: 255), true), (" ~\"\\", true), ("8e03978e-40d5-43e8", true),
            ("", false), (String(repeating: "k", count: 256), false), ("a\tb", false), ("\u{7f}", false), ("é", false),
            ("a\u{0}", false),
        ])
    func characters(text: String, isValid: Bool) {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        #expect((IdempotencyKey(buffer.bytes)?.bytes == Array(text.utf8)) == isValid)
    }

    @Test("All ids of a request differ, follow from its seed alone, and are version 7")
    func ids() {
        for low: UInt64 in [0x8000_0000_0000_0000, 0xBFFF_FFFF_FFFF_FFFF, 0x9234_5678_9ABC_DEF0] {
            let seed = UUID(high: testID(1).high, low: low)
            let ids = (0..<1000).flatMap { [seed.order(at: $0), seed.job(at: $0)] }
            #expect(Set(ids).count == 2000)
            #expect(ids.allSatisfy { $0.high == seed.high && $0.low >> 62 == 0b10 && $0.version == 7 })
            #expect(seed.order(at: 0) == seed)
        }
    }

    @Test("A fingerprint is read as it is written, in either case, and nothing else is")
    func hexadecimal() {
        var text = ByteBuffer()
        let digest = testRecord(testSeed()).fingerprint
        text.append(hex: digest)
        #expect(text.string == "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5")
        #expect(SHA256Digest(hex: text.bytes) == digest)
        var upper = ByteBuffer()
        upper.append(string: text.string.uppercased())
        #expect(SHA256Digest(hex: upper.bytes) == digest)
        text.truncate(to: 63)
        #expect(SHA256Digest(hex: text.bytes) == nil)
        text.append("g")
        #expect(SHA256Digest(hex: text.bytes) == nil)
    }

    @Test("A record lives for 24 hours from its seed on")
    func life() {
        let made = testSeed().millisecondsSince1970!
        let record = testRecord(testSeed())
        #expect(record.millisecondsLeft(now: made) == 86_400_000)
        #expect(record.millisecondsLeft(now: made + 86_399_999) == 1)
        #expect(record.millisecondsLeft(now: made + 86_400_000) == 0)
        #expect(!testRecord(testSeed(86_399_999)).outlives(testSeed()))
        #expect(testRecord(testSeed(86_400_000)).outlives(testSeed()))
    }
}
