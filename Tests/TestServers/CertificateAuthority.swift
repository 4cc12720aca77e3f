/// A certificate authority for one test run, with certificates for servers on this machine. By the `openssl` command.
package final class CertificateAuthority: Sendable {
    /// PEM files.
    package struct Certificate: Sendable {
        package let certificateFile: String
        package let keyFile: String
    }

    package struct Failure: Error {
        package let output: String
    }

    private let directory = TemporaryDirectory()

    /// What clients are told to trust.
    package var file: String { directory.file("authority.pem") }

    package init() throws {
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Spillway test authority", "-keyout", directory.file("authority.key"), "-out", file,
        ])
    }

    /// For a server that clients call 127.0.0.1, ::1 or localhost.
    package func localCertificate() throws -> Certificate {
        try certificate("local", names: "DNS:localhost,IP:127.0.0.1,IP:::1")
    }

    /// Of this authority, but for a host that no test server is.
    package func otherHostCertificate() throws -> Certificate {
        try certificate("other", names: "DNS:other.example,IP:192.0.2.1")
    }

    /// Files named `name`; `names` as openssl's subjectAltName takes them.
    package func certificate(_ name: String, names: String) throws -> Certificate {
        let result = Certificate(
            certificateFile: directory.file("\(name).pem"), keyFile: directory.file("\(name).key"))
        directory.write("subjectAltName=\(names)\nextendedKeyUsage=serverAuth\n", to: "\(name).extensions")
        try openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)",
            "-keyout", result.keyFile, "-out", directory.file("\(name).request"),
        ])
        try openssl([
            "x509", "-req", "-days", "2", "-in", directory.file("\(name).request"), "-CA", file, "-CAkey",
            directory.file("authority.key"), "-CAcreateserial", "-extfile", directory.file("\(name).extensions"),
            "-out",
            result.certificateFile,
        ])
        return result
    }

    private func openssl(_ arguments: [String]) throws {
        let process = try ChildProcess("openssl", arguments)
        guard process.waitForEnd(within: 30) == .exited(0) else {
            throw Failure(output: process.errors.wholeText() ?? process.errors.text)
        }
    }
}
