import Glibc

/// A directory of its own for one test, removed with all that is in it when the object goes. Kept in a property of the
/// suite: a local variable may let go of it after its last use.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// Holds those of this process.
    private static let parent = ParentDirectory()

    package init() { path = Self.make("\(Self.parent.path)/XXXXXX") }

    deinit { Self.remove(path) }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    package func write(_ text: String, to name: String) { FileContent.write(Array(text.utf8), to: file(name)) }

    package func makeDirectory(_ name: String) -> String {
        precondition(mkdir(file(name), 0o700) == 0, "mkdir \(name): errno \(errno)")
        return file(name)
    }

    fileprivate static func make(_ pattern: String) -> String {
        var template = Array(pattern.utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp \(pattern): errno \(errno)")
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    private static func remove(_ path: String) {
        for name in FileContent.names(in: path) {
            let child = "\(path)/\(name)"
            if unlink(child) != 0 && errno == EISDIR { remove(child) }
        }
        rmdir(path)
    }
}

/// Goes with this process, also when that is killed, and so does what statics still hold in it.
private struct ParentDirectory: Sendable {
    let path: String
    /// Waits for the end of its input, which is the end of this process. Servers may write for a moment longer.
    private let janitor: ChildProcess?

    init() {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        path = TemporaryDirectory.make("\(root)/spillway-XXXXXX")
        // In a session of its own, out of reach of signals for the whole group.
        janitor = try? ChildProcess(
            "setsid", ["sh", "-c", #"cat > /dev/null; until rm -rf "$0"; do sleep 0.1; done"#, path])
    }
}
