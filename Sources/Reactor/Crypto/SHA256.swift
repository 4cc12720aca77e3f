import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that are all there, by OpenSSL's libcrypto.
package enum SHA256 {
    /// Callable on any thread; empty input is allowed. Takes a microsecond for some hundred bytes.
    package static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var digest = SHA256Digest()
        digest.withUnsafeMutableBytes { output in
            var count: UInt32 = 0
            // A digest of what can't be hashed would be a fingerprint that fits everything: better none at all.
            let done = EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, &count, EVP_sha256(), nil)
            precondition(done == 1 && count == SHA256Digest.byteCount, "libcrypto has no SHA-256")
        }
        return digest
    }
}
