package import Reactor

/// ADMIN_PASSWORD. Only its digest is kept here, so that no dump of the configuration can show it.
package struct AdminPassword: Sendable {
    private let digest: SHA256Digest

    package init(_ text: String) {
        var text = text
        digest = text.withUTF8 { SHA256.digest(of: UnsafeRawBufferPointer($0)) }
    }

    /// Takes as long for a wrong password as for the right one, whatever they have in common.
    package func matches(_ offered: UnsafeRawBufferPointer) -> Bool { matches(SHA256.digest(of: offered)) }

    package func matches(_ offered: SHA256Digest) -> Bool { digest.isEqualInConstantTime(to: offered) }
}
