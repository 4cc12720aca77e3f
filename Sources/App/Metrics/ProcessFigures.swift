import Glibc

/// What the kernel says of the process. Read on the observer's thread: some of it is in files.
package struct ProcessFigures: Equatable, Sendable {
    package var residentBytes: Int?
    var openDescriptors: Int?
    var maxDescriptors: UInt64?
    var processorMicroseconds: UInt64?

    package static func read() -> ProcessFigures {
        var figures = ProcessFigures()
        figures.residentBytes = residentPages().map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
        figures.openDescriptors = countDescriptors()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.maxDescriptors = UInt64(limit.rlim_cur)
        }
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            figures.processorMicroseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        }
        return figures
    }

    /// The second number of /proc/self/statm (proc(5)).
    private static func residentPages() -> Int? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let numbers = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        return numbers.count > 1 ? Int(numbers[1]) : nil
    }

    private static func countDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Without the folder itself, its parent, and the descriptor that reads it.
        return max(0, entries - 3)
    }
}
