import Glibc
import Synchronization
import TestServers
import Testing

@testable import Reactor

@Suite struct AccessLogWriterTests {
    private let directory = TemporaryDirectory()

    private final class Reports: Sendable {
        private let all = Mutex<[AccessLogWriter.Trouble]>([])
        func add(_ trouble: AccessLogWriter.Trouble) { all.withLock { $0.append(trouble) } }
        var list: [AccessLogWriter.Trouble] { all.withLock { $0 } }
        var lost: Int { list.reduce(0) { $0 + $1.droppedLines } }
    }

    private let reports = Reports()

    private func writer(
        _ path: String, _ configure: (inout AccessLogWriter.Settings) -> Void = { _ in }
    ) throws -> AccessLogWriter {
        var settings = AccessLogWriter.Settings()
        configure(&settings)
        return try AccessLogWriter(path: path, settings: settings) { [reports] in reports.add($0) }
    }

    private func append(_ text: String, to writer: AccessLogWriter) {
        Array(text.utf8).withUnsafeBytes { writer.append($0) }
    }

    @Test("lines of several threads are all there, each thread's in order, when close returns")
    func order() throws {
        let writer = try writer(directory.file("log"))
        let threads = (0..<4).map { number in
            Reactor.Thread(name: "loop") {
                for line in 0..<500 {
                    Array("\(number) \(line)\n\(number) \(line)+\n".utf8).withUnsafeBytes { writer.append($0) }
                }
            }
        }
        for thread in threads { thread.join() }
        writer.close()
        let lines = LogFile.lines(directory.file("log"))
        for number in 0..<4 {
            let expected = (0..<500).flatMap { ["\(number) \($0)", "\(number) \($0)+"] }
            #expect(lines.filter { $0.hasPrefix("\(number) ") } == expected)
        }
        #expect(lines.count == 4_000 && reports.list.isEmpty)
    }

    @Test("lines are appended to what is there; a new file is for its owner and group alone")
    func appending() throws {
        directory.write("old\n", to: "log")
        for path in ["log", "new"].map(directory.file) {
            let writer = try writer(path)
            append("line\n", to: writer)
            writer.close()
        }
        #expect(LogFile.lines(directory.file("log")) == ["old", "line"])
        var status = stat()
        try #require(stat(directory.file("new"), &status) == 0)
        #expect(status.st_mode & 0o007 == 0)
    }

    @Test("what finds no room is dropped, whole lines of it, and told")
    func bounded() throws {
        // Nothing is written before the close: it gathers for long, and less than it writes at once.
        let writer = try writer(directory.file("log")) {
            $0.capacityBytes = 20
            $0.gatherMilliseconds = 60_000
        }
        append("first\nsecond\n", to: writer)
        append("third\nfourth\n", to: writer)
        append("x\n", to: writer)
        append("fifth\n", to: writer)
        writer.close()
        #expect(LogFile.lines(directory.file("log")) == ["first", "second", "third"])
        #expect(reports.list.count == 1 && reports.lost == 3)
    }

    @Test("a disk that is full costs lines, which are counted and told now and then, and nothing else")
    func fullDisk() throws {
        let writer = try writer("/dev/full") { $0.gatherMilliseconds = 0 }
        append("one\n", to: writer)
        try #require(eventually { reports.lost == 1 })
        #expect(reports.list[0].reason.contains("No space left on device"))
        append("two\nthree\n", to: writer)
        writer.close()
        // The second report was not due before the end.
        #expect(reports.list.count == 2 && reports.lost == 3)
    }

    @Test("after rotation lines go into a new file; those from before are in the old one")
    func rotation() throws {
        let (path, old) = (directory.file("log"), directory.file("log.1"))
        let writer = try writer(path)
        append("before\n", to: writer)
        try #require(eventually { LogFile.lines(path) == ["before"] })
        try #require(rename(path, old) == 0)
        append("between\n", to: writer)
        writer.reopen()
        try #require(eventually { access(path, F_OK) == 0 })
        append("after\n", to: writer)
        writer.close()
        #expect(LogFile.lines(old) == ["before", "between"] && LogFile.lines(path) == ["after"])
    }

    @Test("a rotation that leaves no place for the file is told, and the old one goes on")
    func badRotation() throws {
        let folder = directory.makeDirectory("logs")
        let writer = try writer("\(folder)/log")
        append("before\n", to: writer)
        try #require(eventually { LogFile.lines("\(folder)/log") == ["before"] })
        try #require(rename(folder, directory.file("moved")) == 0)
        writer.reopen()
        try #require(eventually { reports.list.count == 1 })
        #expect(reports.list[0].reason.contains("\(folder)/log") && reports.lost == 0)
        append("after\n", to: writer)
        writer.close()
        #expect(LogFile.lines(directory.file("moved/log")) == ["before", "after"])
    }

    @Test("a line that a full pipe cut off doesn't run into the next one")
    func tornLine() throws {
        let path = directory.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let writer = try writer(path) { $0.gatherMilliseconds = 0 }
        let line = String(repeating: "p", count: 98)
        // More than a pipe takes in, and no whole number of lines of what it does.
        append(String(repeating: line + "\n", count: 2_000), to: writer)
        try #require(eventually { reports.lost > 0 })
        var text = LogFile.drain(reader)
        append("next\n", to: writer)
        writer.close()
        text += LogFile.drain(reader)
        var lines = text.split(separator: "\n")
        #expect(lines.popLast() == "next")
        let last = lines.popLast()
        let torn = try #require(last)
        #expect(!torn.isEmpty && torn.count < line.count && line.hasPrefix(torn) && lines.allSatisfy { $0 == line })
        #expect(reports.lost == 2_000 - lines.count)
    }

    @Test("nobody waits at the end for a reader that doesn't read")
    func stuckPipe() throws {
        let path = directory.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let writer = try writer(path) { $0.closeMilliseconds = 1 }
        append(String(repeating: "p\n", count: 100_000), to: writer)
        writer.close()
        // The thread still waits for room, and will tell that there was none.
        #expect(reports.list.isEmpty)
        #expect(eventually { reports.lost > 0 })
        // Whoever has the time can still wait for it.
        writer.close(withinMilliseconds: 10_000)
    }

    @Test(
        "a path that can't be opened is an error at once, and so is a pipe that nobody reads",
        arguments: ["/nonexistent/access.log", "/", ""])
    func unopenable(path: String) {
        #expect(throws: SystemError.self) { try writer(path) }
    }

    @Test("a pipe that nobody reads doesn't hold up the start")
    func unreadPipe() throws {
        try #require(mkfifo(directory.file("pipe"), 0o600) == 0)
        #expect(throws: SystemError.self) { try writer(directory.file("pipe")) }
    }
}
