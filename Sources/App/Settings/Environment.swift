import Glibc

/// What the process was started with.
package enum Environment {
    package static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    /// `.env` in the working directory; empty when there is none.
    package static func dotEnvFile() throws(SettingError) -> [String: String] {
        guard let text = content(of: ".env") else { return [:] }
        do throws(DotEnv.Malformed) {
            return try DotEnv.parse(text)
        } catch {
            throw SettingError(name: ".env", value: "line \(error.line)", expected: "NAME=value")
        }
    }

    /// The processors that this process may use, which a container can narrow in two ways.
    package static func processors() -> Int {
        let allowed = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return min(allowed, ProcessorQuota.processors() ?? allowed)
    }

    /// nil when there is no such file.
    package static func firstLine(of path: String) -> String? {
        content(of: path)?.split(separator: "\n", maxSplits: 1).first.map(String.init)
    }

    private static func content(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let got = fread(&chunk, 1, chunk.count, file), got > 0 { bytes += chunk[..<got] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
