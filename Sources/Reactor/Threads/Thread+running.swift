import Glibc

extension Thread {
    /// The names of the threads that run now, as the kernel has them (proc(5), `/proc/pid/task/tid/comm`), but for the
    /// main one. For messages: some may begin or end meanwhile.
    package static func runningNames() -> [String] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // d_name is an array of which only the part in front of its zero is there.
            let id = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let number = pid_t(id), number != getpid(), let name = name(ofThread: id) else { continue }
            names.append(name)
        }
        return names
    }

    /// nil when it has ended.
    private static func name(ofThread id: String) -> String? {
        let raw = open("/proc/self/task/\(id)/comm", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        let file = FileDescriptor(owning: raw)
        // 15 bytes and a line feed.
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(file.raw, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
