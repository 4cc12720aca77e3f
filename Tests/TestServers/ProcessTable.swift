/// The kernel's table of processes.
package enum ProcessTable {
    /// One letter for each thread of a process, as in the manual of /proc/pid/stat.
    package static func threadStates(of pid: Int32) -> [Character] {
        FileContent.names(in: "/proc/\(pid)/task").compactMap { thread in
            // The state follows the name, which stands in parentheses and may hold any character.
            guard let line = FileContent.text(of: "/proc/\(pid)/task/\(thread)/stat"),
                let nameEnd = line.lastIndex(of: ")")
            else { return nil }
            return line[line.index(after: nameEnd)...].first { $0 != " " }
        }
    }
}
