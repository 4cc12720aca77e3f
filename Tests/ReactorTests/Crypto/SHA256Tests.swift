import Reactor
import Testing

@Suite struct SHA256Tests {
    /// The examples that NIST publishes for FIPS 180-4.
    @Test(
        "digests are those of the standard's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func examples(message: String, expected: String) {
        #expect(hexadecimal(digest(of: message)) == expected)
    }

    @Test("a million letters, the standard's long example, are hashed as it says")
    func longExample() {
        #expect(
            hexadecimal(digest(of: String(repeating: "a", count: 1_000_000)))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("a digest of 32 bytes holds those bytes, and no other number of bytes makes one")
    func bytes() throws {
        let bytes = (0..<33).map { UInt8($0) }
        let whole = try #require(bytes.withUnsafeBytes { SHA256Digest(UnsafeRawBufferPointer(rebasing: $0[..<32])) })
        #expect(whole.withUnsafeBytes { Array($0) } == Array(bytes[..<32]))
        #expect(bytes.withUnsafeBytes { SHA256Digest($0) } == nil)
        #expect(bytes.withUnsafeBytes { SHA256Digest(UnsafeRawBufferPointer(rebasing: $0[..<31])) } == nil)
    }

    @Test("digests that differ in one byte, whichever it is, are not equal", arguments: 0..<32)
    func oneByteDiffers(position: Int) throws {
        let digest = digest(of: "abc")
        var bytes = digest.withUnsafeBytes { Array($0) }
        #expect(try #require(bytes.withUnsafeBytes { SHA256Digest($0) }) == digest)
        bytes[position] ^= 0x80
        let other = try #require(bytes.withUnsafeBytes { SHA256Digest($0) })
        #expect(other != digest)
        #expect(!other.isEqualInConstantTime(to: digest))
        #expect(digest.isEqualInConstantTime(to: digest))
    }

    private func digest(of text: String) -> SHA256Digest {
        var text = text
        return text.withUTF8 { SHA256.digest(of: UnsafeRawBufferPointer($0)) }
    }

    private func hexadecimal(_ digest: SHA256Digest) -> String {
        digest.withUnsafeBytes { bytes in
            bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
    }
}
