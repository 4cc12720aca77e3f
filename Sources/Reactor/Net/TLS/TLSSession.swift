import COpenSSL
import Glibc

/// One TLS client session between two buffers of bytes; it knows no socket.
final class TLSSession {
    enum Progress: Equatable {
        case done
        /// More bytes of the server are needed.
        case needsInput
        /// The server has said goodbye.
        case ended
        /// One clause, why the session is of no more use.
        case failed(String)
    }

    /// One record's content at most (RFC 8446 section 5.1).
    private static let recordBytes = 1 << 14

    private let raw: OpaquePointer
    /// Owned by the session: from the server, to the server.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// `host` is whom the certificate must name: a host name, or an address.
    init(_ context: TLSContext, host: String) throws(TLSSetupError) {
        guard let raw = SSL_new(context.raw), let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
        else { throw TLSSetupError("OpenSSL: \(TLSError.next())") }
        self.raw = raw
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(raw, incoming, outgoing)
        SSL_set_connect_state(raw)
        guard Self.expect(host, raw) else { throw TLSSetupError("OpenSSL: \(TLSError.next())") }
    }

    deinit { SSL_free(raw) }

    private static func expect(_ host: String, _ raw: OpaquePointer) -> Bool {
        // Certificates name addresses without a zone.
        let address = String(host.prefix { $0 != "%" })
        var binary = in6_addr()
        if inet_pton(AF_INET, address, &binary) == 1 || inet_pton(AF_INET6, address, &binary) == 1 {
            return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(raw), address) == 1
        }
        SSL_set_hostflags(raw, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return SSL_set1_host(raw, host) == 1 && copenssl_set_server_name(raw, host) == 1
    }

    /// Bytes that came from the server.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        let taken = BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
        // A memory BIO takes everything, or there is no memory.
        precondition(Int(taken) == bytes.count)
    }

    /// Moves what is to go to the server to the end of `buffer`.
    func takeOutput(into buffer: inout ByteBuffer) {
        while case let count = BIO_ctrl_pending(outgoing), count > 0 {
            let moved = BIO_read(outgoing, buffer.reserve(count).baseAddress, Int32(count))
            precondition(moved > 0)
            buffer.commit(Int(moved))
        }
    }

    func handshake() -> Progress {
        ERR_clear_error()
        let outcome = SSL_do_handshake(raw)
        return outcome == 1 ? .done : progress(outcome)
    }

    /// Appends decrypted bytes to `buffer` until it holds `limit` of them or a record more.
    func read(into buffer: inout ByteBuffer, limit: Int) -> Progress {
        while buffer.count < limit {
            ERR_clear_error()
            let count = SSL_read(raw, buffer.reserve(Self.recordBytes).baseAddress, Int32(Self.recordBytes))
            guard count > 0 else { return progress(count) }
            buffer.commit(Int(count))
        }
        return .done
    }

    /// Encrypts `bytes`, after the handshake. The outgoing memory takes all of it.
    func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            ERR_clear_error()
            let count = SSL_write(raw, rest.baseAddress, Int32(min(rest.count, Self.recordBytes)))
            guard count > 0 else { return progress(count) }
            sent += Int(count)
        }
        return .done
    }

    /// close_notify, so that the server can tell our end from an attacker's.
    func sayGoodbye() {
        ERR_clear_error()
        SSL_shutdown(raw)
        ERR_clear_error()
    }

    private func progress(_ outcome: Int32) -> Progress {
        switch SSL_get_error(raw, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(failure())
        }
    }

    private func failure() -> String {
        let verdict = SSL_get_verify_result(raw)
        guard verdict == Int(X509_V_OK) else {
            ERR_clear_error()
            return "the server's certificate is refused: \(String(cString: X509_verify_cert_error_string(verdict)))"
        }
        return TLSError.next()
    }
}
