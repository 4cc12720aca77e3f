import COpenSSL
import Glibc

/// What all TLS sessions with one server share: whom we trust, and that nobody is trusted without proof.
final class TLSContext {
    let raw: OpaquePointer

    /// Reads the trust anchors from disk: call this before the loop runs.
    init(_ anchors: TrustAnchors) throws(TLSSetupError) {
        guard let raw = SSL_CTX_new(TLS_client_method()) else { throw TLSSetupError("OpenSSL: \(TLSError.next())") }
        self.raw = raw
        guard copenssl_require_tls_1_2(raw) == 1 else { throw TLSSetupError("OpenSSL: \(TLSError.next())") }
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        copenssl_allow_moving_buffers(raw)
        switch anchors {
        case .system:
            guard SSL_CTX_set_default_verify_paths(raw) == 1 else {
                throw TLSSetupError("the system's certificate authorities can't be read: \(TLSError.next())")
            }
        case .file(let path):
            ERR_clear_error()
            guard SSL_CTX_load_verify_locations(raw, path, nil) == 1 else {
                throw TLSSetupError("the CA file \(path) can't be read: \(TLSError.next())")
            }
        }
    }

    // Sessions hold their own reference to the C object.
    deinit { SSL_CTX_free(raw) }
}

/// OpenSSL's queue of errors of this thread.
package enum TLSError {
    /// Before a call into a library that reports the oldest error of the queue, whosever it is, as its own.
    package static func forget() { ERR_clear_error() }

    /// The oldest one's reason, and the queue is empty again.
    static func next() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "unknown error" }
        // System errors have no reason text in OpenSSL 3; the low bits are errno.
        guard let reason = ERR_reason_error_string(code) else {
            return String(cString: strerror(Int32(code & 0x7f_ffff)))
        }
        return String(cString: reason)
    }
}
