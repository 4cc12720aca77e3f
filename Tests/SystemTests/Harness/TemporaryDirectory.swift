import Glibc

/// A directory of its own for one test, removed with all that is in it when the object goes. Kept in a property of the
/// suite: a local variable may let go of it after its last use.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/spillway-system-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp: errno \(errno)")
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { Self.remove(path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) {
        guard let file = fopen(file(name), "w") else { preconditionFailure("fopen \(name): errno \(errno)") }
        fputs(text, file)
        fclose(file)
    }

    func makeDirectory(_ name: String) -> String {
        precondition(mkdir(file(name), 0o700) == 0, "mkdir \(name): errno \(errno)")
        return file(name)
    }

    private static func remove(_ path: String) {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            let child = "\(path)/\(name)"
            if unlink(child) != 0 && errno == EISDIR { remove(child) }
        }
        closedir(directory)
        rmdir(path)
    }
}
