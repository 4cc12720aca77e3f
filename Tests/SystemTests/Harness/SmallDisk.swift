import TestServers

/// A directory in which files soon find no room, until ``makeRoom(for:)``.
final class SmallDisk: Sendable {
    enum Kind: CaseIterable, Sendable {
        /// A file system of its own, in a mount namespace that only its server and its holder see: writing fails with
        /// ENOSPC. Needs root, or user namespaces.
        case fileSystem
        /// A limit on the size of each file (setrlimit(2)): writing fails with EFBIG. Needs nothing.
        case fileSizeLimit
    }

    struct Failure: Error {
        let command: [String]
        let output: String
    }

    /// What takes the room of a file system until more is wanted; a remount would need more rights.
    private static let ballastKibibytes = 30_000

    /// Put in front of the server's command.
    let wrapper: [String]
    private let path: String
    /// The process that keeps the mount namespace alive while the server is down, and how to enter it.
    private let holder: ChildProcess?
    private let entry: [String]

    private init(path: String, wrapper: [String], holder: ChildProcess?, entry: [String]) {
        self.path = path
        self.wrapper = wrapper
        self.holder = holder
        self.entry = entry
    }

    /// Where the server finds a file.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// A copy of the database `name` and its log, made while nobody writes there.
    ///
    /// SQLite itself can't look into the mount namespace: it resolves the link in the path that leads there.
    func copy(_ name: String, into directory: TemporaryDirectory) throws -> SQLiteFile {
        let root = holder.map { "/proc/\($0.pid)/root" } ?? ""
        for suffix in ["", "-wal"] {
            let bytes = FileContent.bytes(of: root + file(name) + suffix)
            precondition(bytes != nil || suffix == "-wal", "no \(name) on the small disk")
            FileContent.write(bytes ?? [], to: directory.file("copy-" + name + suffix))
        }
        return try SQLiteFile(directory.file("copy-" + name))
    }

    /// `path` is an empty directory. nil when this machine allows no mount.
    static func make(_ kind: Kind, at path: String, kibibytes: Int) throws -> SmallDisk? {
        switch kind {
        case .fileSystem:
            let asRoot = try mount(at: path, kibibytes: kibibytes, unshare: [], nsenter: [])
            return try asRoot
                ?? mount(
                    at: path, kibibytes: kibibytes, unshare: ["--user", "--map-root-user"],
                    nsenter: ["--user", "--preserve-credentials"])
        case .fileSizeLimit:
            // Only the soft limit, so that it can be raised again.
            let wrapper = ["prlimit", "--fsize=\(kibibytes * 1024):unlimited", "--"]
            return SmallDisk(path: path, wrapper: wrapper, holder: nil, entry: [])
        }
    }

    private static func mount(
        at path: String, kibibytes: Int, unshare: [String], nsenter: [String]
    ) throws -> SmallDisk? {
        // cat ends with this process, which holds the other end of its input; and with it the file system goes.
        let script = #"""
            mount -t tmpfs -o size=\#(kibibytes + ballastKibibytes)k tmpfs "$0" || exit
            head -c \#(ballastKibibytes)k /dev/zero > "$0/ballast" && echo mounted && exec cat
            """#
        let holder = try ChildProcess(
            "unshare", unshare + ["--mount", "--propagation", "private", "sh", "-c", script, path])
        _ = eventually { holder.output.text.contains("mounted") || !holder.isRunning }
        guard holder.isRunning else { return nil }
        let entry = ["nsenter"] + nsenter + ["--mount", "--target", "\(holder.pid)", "--"]
        return SmallDisk(path: path, wrapper: entry, holder: holder, entry: entry)
    }

    /// From now on there is room enough.
    func makeRoom(for server: ServerProcess) throws {
        if holder != nil {
            try Self.run(entry + ["rm", "-f", file("ballast")])
        } else {
            try Self.run(["prlimit", "--pid", "\(server.process.pid)", "--fsize=unlimited:unlimited"])
        }
    }

    private static func run(_ command: [String]) throws {
        let process = try ChildProcess(command[0], Array(command.dropFirst()))
        guard process.waitForEnd(within: 10) == .exited(0) else {
            throw Failure(command: command, output: process.errors.text)
        }
    }
}
