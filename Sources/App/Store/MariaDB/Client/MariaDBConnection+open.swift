import CMariaDB
import Reactor

extension MariaDBConnection {
    /// Connects, logs in and sets the session up.
    ///
    /// Blocks for the name look-up, which the library can't bound, and then for the connect timeout at most.
    static func open(
        _ endpoint: MariaDBEndpoint, _ settings: MariaDBSettings
    ) throws(MariaDBError) -> MariaDBConnection {
        _ = libraryIsReady
        guard let handle = mysql_init(nil) else { throw MariaDBError(code: 2008, message: "out of memory") }
        let connection = MariaDBConnection(handle: handle)
        apply(settings, to: handle)
        apply(endpoint.encryption, to: handle)
        // A port even with a socket, and TCP even for "localhost", which the library would take for a socket.
        apply(
            UInt32((endpoint.socketPath == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET).rawValue),
            MYSQL_OPT_PROTOCOL, handle)
        let flags = UInt(CLIENT_FOUND_ROWS) | UInt(CLIENT_MULTI_STATEMENTS)
        // The library takes its reason from there, and leaves those behind that it didn't look at.
        TLSError.forget()
        let connected = mysql_real_connect(
            handle, endpoint.socketPath == nil ? endpoint.host : nil, endpoint.user, endpoint.password,
            endpoint.database, UInt32(endpoint.port),
            endpoint.socketPath, flags)
        guard connected != nil else { throw failure(handle, endpoint, settings) }
        guard endpoint.encryption == nil || endpoint.socketPath != nil || connection.cipher != nil else {
            throw MariaDBError(code: 2026, message: "connect to \(endpoint.address): the server offers no TLS")
        }
        try connection.setUp(settings)
        return connection
    }

    /// Statements of one round trip are this long at most, but for the last job in them.
    static let scriptBytes = 256 << 10

    /// Of the items of one order in a text; more of them is an error, not a text that is cut.
    private static let longestText = 16 << 20

    private func setUp(_ settings: MariaDBSettings) throws(MariaDBError) {
        // The modes that we need and no others, whatever the server's defaults. So nothing is cut or changed silently.
        let session = """
            SET NAMES utf8mb4 COLLATE utf8mb4_bin;
            SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
            innodb_lock_wait_timeout = \(settings.lockTimeoutSeconds), \
            lock_wait_timeout = \(settings.lockTimeoutSeconds), \
            wait_timeout = \(settings.idleTimeoutSeconds), group_concat_max_len = \(Self.longestText), autocommit = 1, foreign_key_checks = 1, unique_checks = 1;
            SET SESSION TRANSACTION ISOLATION LEVEL \(settings.isolation.rawValue), \
            READ \(settings.isReadOnly ? "ONLY" : "WRITE");
            """
        var script = ByteBuffer()
        script.append(string: session)
        var matched: [Int] = []
        try runAll(script.bytes, matched: &matched)
        let packet = try integer("SELECT @@max_allowed_packet") ?? 0
        guard packet >= 2 * Self.scriptBytes else {
            throw MariaDBError(
                code: 1153,
                message: "max_allowed_packet is \(packet) bytes, and at least \(2 * Self.scriptBytes) are needed")
        }
    }

    // Once in the process: mysql_init() would do it too, but not safely from several threads. Threads need no set-up of
    // their own with this library.
    private static let libraryIsReady: Int32 = mysql_server_init(0, nil, nil)

    private static func apply(_ settings: MariaDBSettings, to handle: UnsafeMutablePointer<MYSQL>) {
        apply(settings.connectTimeoutSeconds, MYSQL_OPT_CONNECT_TIMEOUT, handle)
        apply(settings.readTimeoutSeconds, MYSQL_OPT_READ_TIMEOUT, handle)
        apply(settings.readTimeoutSeconds, MYSQL_OPT_WRITE_TIMEOUT, handle)
        // The charset that mysql_real_escape_string goes by.
        mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        // A server may ask for any file of ours.
        apply(UInt32(0), MYSQL_OPT_LOCAL_INFILE, handle)
        // All but those that send the password itself to whoever asks.
        mysql_options(
            handle, MARIADB_OPT_RESTRICTED_AUTH,
            "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password")
    }

    private static func apply(_ encryption: TrustAnchors?, to handle: UnsafeMutablePointer<MYSQL>) {
        guard let encryption else { return }
        apply(CChar(1), MYSQL_OPT_SSL_ENFORCE, handle)
        apply(CChar(1), MYSQL_OPT_SSL_VERIFY_SERVER_CERT, handle)
        mysql_options(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
        if let file = encryption.file { mysql_options(handle, MYSQL_OPT_SSL_CA, file) }
    }

    private static func apply<Value: BitwiseCopyable>(
        _ value: Value, _ option: mysql_option, _ handle: UnsafeMutablePointer<MYSQL>
    ) {
        withUnsafeBytes(of: value) { _ = mysql_options(handle, option, $0.baseAddress) }
    }

    private static func failure(
        _ handle: UnsafeMutablePointer<MYSQL>, _ endpoint: MariaDBEndpoint, _ settings: MariaDBSettings
    ) -> MariaDBError {
        let (code, message) = (mysql_errno(handle), String(cString: mysql_error(handle)))
        // The library's own words for these are riddles.
        let reason =
            switch code {
            case 2002, 2003: "nobody accepts connections there"
            case 2013 where message.contains("system error: 110"):
                "no answer within \(settings.connectTimeoutSeconds) seconds"
            case 2026: refusal(of: endpoint, message)
            default: message
            }
        return MariaDBError(code: code, message: "connect to \(endpoint.address): \(reason)")
    }

    private static func refusal(of endpoint: MariaDBEndpoint, _ message: String) -> String {
        if message.contains("SSL is required") { return "the server offers no TLS" }
        if message.contains("Validation of SSL server certificate failed") {
            return "the server's certificate is not for \"\(endpoint.host)\""
        }
        if message.contains("certificate") {
            return "the server's certificate is not of a known authority: \(message)"
        }
        guard let file = endpoint.encryption?.file else { return message }
        return "\(message) (with the authorities of \(file))"
    }
}
