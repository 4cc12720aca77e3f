import Glibc
import Reactor

/// The file that a run writes as it goes: each line before its request is sent, or when its answer has come.
///
/// Any thread may append; whoever holds the ledger does, so the lines are in its order.
final class Journal: Sendable {
    private let file: FileDescriptor

    /// Throws when there is such a file already: it may be the journal of another run.
    init(creating path: String) throws(ProveFailure) {
        let raw = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
        guard raw >= 0 else {
            throw errno == EEXIST ? .journalExists(path) : .file(path, reason: String(cString: strerror(errno)))
        }
        file = FileDescriptor(owning: raw)
    }

    /// The reason when the disk doesn't take it.
    func append(_ line: JournalLine) -> String? {
        let bytes = Array("\(line.text)\n".utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file.raw, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return String(cString: strerror(errno)) }
            written += count
        }
        return nil
    }

    /// All whole lines of the file at `path`. What stands behind the last line feed was cut off as it was written.
    static func lines(of path: String) throws(ProveFailure) -> [JournalLine] {
        let bytes = try content(of: path)
        var lines: [JournalLine] = []
        let whole = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        for (index, text) in whole.enumerated() {
            guard let line = JournalLine(String(decoding: text, as: UTF8.self)) else {
                throw .journalLine(path, number: index + 1)
            }
            lines.append(line)
        }
        return lines
    }

    private static func content(of path: String) throws(ProveFailure) -> [UInt8] {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw .file(path, reason: String(cString: strerror(errno))) }
        let file = FileDescriptor(owning: raw)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file.raw, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .file(path, reason: String(cString: strerror(errno))) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }
}
