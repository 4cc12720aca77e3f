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

    /// The processor time that all threads of a process have had, in steps of a hundredth; 0 when there is none.
    package static func processorSeconds(of pid: Int32) -> Double {
        guard let line = FileContent.text(of: "/proc/\(pid)/stat"), let nameEnd = line.lastIndex(of: ")") else {
            return 0
        }
        // utime and stime are the fields 14 and 15; the state, behind the name, is the third.
        let fields = line[line.index(after: nameEnd)...].split(separator: " ")
        return fields.count > 12 ? ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / 100 : 0
    }

    /// The processes that a process has to wait for, those included that have ended.
    package static func children(of pid: Int32) -> [Int32] {
        FileContent.names(in: "/proc/\(pid)/task").flatMap { thread in
            let line = FileContent.text(of: "/proc/\(pid)/task/\(thread)/children") ?? ""
            return line.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
    }

    /// The inodes of the sockets that a process has open.
    package static func sockets(of pid: Int32) -> Set<Substring> {
        let directory = "/proc/\(pid)/fd"
        let links = FileContent.names(in: directory).compactMap { FileContent.link(at: "\(directory)/\($0)") }
        return Set(links.filter { $0.hasPrefix("socket:[") }.map { $0.dropFirst("socket:[".count).dropLast() })
    }
}
