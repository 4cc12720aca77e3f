import Glibc

/// A directory of its own for one test, removed with all that is in it when the object goes. Kept in a property of the
/// suite: a local variable may let go of it after its last use.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        var template = Array("\(root)/spillway-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp: errno \(errno)")
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { Self.remove(path) }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    package func write(_ text: String, to name: String) { FileContent.write(Array(text.utf8), to: file(name)) }

    package func makeDirectory(_ name: String) -> String {
        precondition(mkdir(file(name), 0o700) == 0, "mkdir \(name): errno \(errno)")
        return file(name)
    }

    private static func remove(_ path: String) {
        for name in FileContent.names(in: path) {
            let child = "\(path)/\(name)"
            if unlink(child) != 0 && errno == EISDIR { remove(child) }
        }
        rmdir(path)
    }
}
