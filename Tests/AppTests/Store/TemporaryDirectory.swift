import Glibc

/// A directory of its own for one test, removed with its files when the object goes. Kept in a property of the suite: a local
/// variable may let go of it after its last use.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/spillway-test-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp: errno \(errno)")
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        for name in Self.names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What a power cut would leave of the database `name`: its file and its log as they are now, without the index of the
    /// log, which lives in memory.
    func crashImage(of name: String, as copy: String) throws {
        for suffix in ["", "-wal"] {
            let bytes = try Self.read(file(name + suffix))
            try Self.write(bytes, to: file(copy + suffix))
        }
    }

    func write(_ text: String, to name: String) throws { try Self.write(Array(text.utf8), to: file(name)) }

    struct Failure: Error {
        var call: String
        var code = errno
    }

    private static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Failure(call: "fopen \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure(call: "fopen \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(call: "fwrite \(path)") }
    }
}
