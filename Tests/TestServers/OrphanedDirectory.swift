/// A directory that is removed also when this process ends without a word, as all do whose statics are never let go.
package final class OrphanedDirectory: Sendable {
    private let directory = TemporaryDirectory()
    /// Waits for the end of its input, which is the end of this process or object.
    private let janitor: ChildProcess?

    package init() {
        // In a session of its own, out of reach of signals for the whole group.
        janitor = try? ChildProcess(
            "setsid", ["sh", "-c", #"cat > /dev/null; until rm -rf "$0"; do sleep 0.1; done"#, directory.path])
    }

    package var path: String { directory.path }

    package func file(_ name: String) -> String { directory.file(name) }

    package func write(_ text: String, to name: String) { directory.write(text, to: name) }

    package func makeDirectory(_ name: String) -> String { directory.makeDirectory(name) }
}
