/// Whose signature makes a server's certificate good. TLS 1.2 or later is meant with it, and that the certificate names
/// the server's host.
package enum TrustAnchors: Sendable, Equatable {
    /// The certificate authorities that the system trusts.
    case system
    /// Those in a PEM file, and no others.
    case file(String)

    /// The authorities of `file`, or the system's without one.
    package init(file: String?) { self = file.map { .file($0) } ?? .system }

    /// The PEM file, if these are from one.
    package var file: String? {
        guard case .file(let path) = self else { return nil }
        return path
    }
}
