import Glibc
import Logging
import Reactor
import Testing

@testable import Log

@Suite struct LogWriterTests {
    private let none = SecretMask([])

    private func messages(_ lines: some Sequence<Substring>) -> [Substring] {
        lines.map { $0.split(separator: " ", maxSplits: 2).last ?? "" }
    }

    @Test("Lines come out as they were given, in each thread's order, all of them before close returns")
    func order() {
        let pipe = LogPipe()
        let writer = LogWriter(.text, none, descriptor: pipe.writeEnd)
        let threads = (0..<4).map { thread in
            Reactor.Thread(name: "logger-\(thread)") {
                for number in 0..<100 { writer.write(.made("\(thread) \(number)", .info)) }
            }
        }
        for thread in threads { thread.join() }
        writer.close()
        writer.write(.made("too late"))
        let lines = messages(pipe.lines(400).dropLast())
        #expect(lines.count == 400)
        for thread in 0..<4 {
            let numbers = lines.filter { $0.hasPrefix("\(thread) ") }
            #expect(numbers.elementsEqual((0..<100).map { "\(thread) \($0)" }, by: ==))
        }
    }

    @Test("When nobody reads the log, lines are dropped and counted, and nobody waits")
    func bounded() {
        let pipe = LogPipe()
        let writer = LogWriter(.text, none, descriptor: pipe.writeEnd)
        // Longer than the pipe holds, so that the writing thread is stuck with it.
        writer.write(.made(String(repeating: "p", count: 1 << 20)))
        var first = [UInt8](repeating: 0, count: 1)
        // It has taken the line: from here on nothing is taken before somebody reads.
        #expect(read(pipe.readEnd, &first, 1) == 1)
        for number in 0..<10_050 { writer.write(.made("\(number)", .info)) }
        let lines = messages(pipe.lines(1 + 10_000 + 1).dropLast())
        writer.close()
        #expect(lines.count == 10_002)
        #expect(lines.dropFirst().prefix(10_000).elementsEqual((0..<10_000).map { "\($0)" }, by: ==))
        #expect(lines.last == "log lines were dropped lines=50")
    }

    @Test("A log that can't be written stops nobody")
    func broken() {
        let writer = LogWriter(.text, none, descriptor: open("/dev/full", O_WRONLY | O_CLOEXEC))
        for _ in 0..<10 { writer.write(.made("lost")) }
        writer.close()
        writer.close()
    }

    @Test(
        "Of a message that repeats, the first comes at once and the newest with the number between, at the end at the latest"
    )
    func repeats() {
        let pipe = LogPipe()
        let writer = LogWriter(.text, none, descriptor: pipe.writeEnd)
        for number in 0..<1_000 {
            writer.write(.made("again", fields: [LogEntry.Field(name: "number", value: "\(number)")]))
        }
        writer.write(.made("other"))
        writer.close()
        let lines = messages(pipe.lines(3).dropLast())
        // More of them on a machine that stands still for a window's length.
        #expect(lines.first == "again number=0" && lines.count < 100)
        #expect(lines.contains("other"))
        let last = lines.last ?? ""
        #expect(last.hasPrefix("again number=999 suppressed="), "\(lines)")
    }

    private func logged(_ verbosity: Verbosity = Verbosity(.trace), _ log: (Logger) -> Void) -> String {
        let pipe = LogPipe()
        let writer = LogWriter(.text, none, descriptor: pipe.writeEnd)
        log(Logger(label: "test") { _ in ServiceLogHandler(writer: writer, verbosity: verbosity) })
        writer.close()
        return pipe.lines(1).joined(separator: "\n")
    }

    @Test("Metadata of the logger and of the event come together, sorted; the event's wins")
    func metadata() {
        let line = logged { logger in
            var logger = logger
            logger[metadataKey: "loop"] = "3"
            logger[metadataKey: "kind"] = "outer"
            logger.info("m", metadata: ["kind": "inner"])
        }
        #expect(line.hasSuffix(" info m kind=inner loop=3\n"))
    }

    @Test("What is below the level is not logged, whether the log has it or a logger of its own")
    func level() {
        let line = logged(Verbosity(.warning)) { logger in
            logger.info("quiet")
            logger.error("loud")
        }
        #expect(line.hasSuffix(" error loud\n") && !line.contains("quiet"))
        let other = logged { logger in
            var logger = logger
            logger.logLevel = .error
            logger.warning("quiet")
            logger.error("loud")
        }
        #expect(other.hasSuffix(" error loud\n") && !other.contains("quiet"))
    }

    @Test("A signal changes the level of all loggers, those that there are already, and says so at any level")
    func signals() {
        let verbosity = Verbosity(.error)
        let lines = logged(verbosity) { logger in
            let copy = logger
            logger.warning("not yet")
            logger.changeLevel(by: SIGUSR1)
            copy.warning("now")
            logger.changeLevel(by: SIGUSR2)
            copy.warning("not any more")
            logger.changeLevel(by: SIGUSR2)
            copy.error("too low")
            logger.changeLevel(by: SIGUSR2)
        }
        let said = messages(lines.split(separator: "\n"))
        #expect(
            said == [
                "the log level changes level=warning", "now", "the log level changes level=error",
                "the log level changes level=critical", "the log level stays level=critical",
            ], "\(said)")
    }
}
