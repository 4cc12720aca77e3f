import Glibc
import Logging
import Reactor
import Testing

@testable import App

@Suite struct LogWriterTests {
    /// A pipe that holds what was logged.
    private final class LogPipe {
        let readEnd: Int32
        let writeEnd: Int32

        init() {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0, "pipe: errno \(errno)")
            readEnd = ends[0]
            writeEnd = ends[1]
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        /// Waits for at least `count` line ends.
        func lines(_ count: Int) -> [Substring] {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < count {
                let got = read(readEnd, &chunk, chunk.count)
                guard got > 0 else { break }
                bytes += chunk[..<got]
            }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        }
    }

    @Test("Lines come out as they were given, in each thread's order, all of them before close returns")
    func order() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writeEnd)
        let threads = (0..<4).map { thread in
            Reactor.Thread(name: "logger-\(thread)") {
                for number in 0..<100 { writer.write("\(thread) \(number)\n") }
            }
        }
        for thread in threads { thread.join() }
        writer.close()
        writer.write("too late\n")
        let lines = pipe.lines(400).dropLast()
        #expect(lines.count == 400)
        for thread in 0..<4 {
            let numbers = lines.filter { $0.hasPrefix("\(thread) ") }
            #expect(numbers.elementsEqual((0..<100).map { "\(thread) \($0)" }, by: ==))
        }
    }

    @Test("When nobody reads the log, lines are dropped and counted, and nobody waits")
    func bounded() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writeEnd)
        // Longer than the pipe holds, so that the writing thread is stuck with it.
        let plug = String(repeating: "p", count: 1 << 20)
        writer.write(plug + "\n")
        var first = [UInt8](repeating: 0, count: 1)
        // It has taken the line: from here on nothing is taken before somebody reads.
        #expect(read(pipe.readEnd, &first, 1) == 1)
        for number in 0..<10_050 { writer.write("\(number)\n") }
        let lines = pipe.lines(1 + 10_000 + 1).dropLast()
        writer.close()
        #expect(lines.count == 10_002)
        #expect(lines.dropFirst().prefix(10_000).elementsEqual((0..<10_000).map { "\($0)" }, by: ==))
        #expect(lines.last == "spillway: 50 log lines were dropped")
    }

    @Test("A log that can't be written stops nobody")
    func broken() {
        let writer = LogWriter(descriptor: open("/dev/full", O_WRONLY | O_CLOEXEC))
        for _ in 0..<10 { writer.write("lost\n") }
        writer.close()
        writer.close()
    }

    private func logged(_ log: (Logger) -> Void, level: Logger.Level = .trace) -> String {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writeEnd)
        log(Logger(label: "test") { _ in LineLogHandler(writer: writer, logLevel: level) })
        writer.close()
        return pipe.lines(1).joined(separator: "\n")
    }

    @Test("An event is one line: time, level, message, and its metadata sorted, the spaced ones quoted")
    func format() throws {
        let line = logged { logger in
            logger.warning("it happened", metadata: ["z": "1", "a": "two words", "m": "", "id": "x-1"])
        }
        let (time, rest) = (line.prefix(24), line.dropFirst(24))
        #expect(rest == " warning it happened a=\"two words\" id=x-1 m=\"\" z=1\n")
        #expect(time.wholeMatch(of: /20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z/) != nil)
    }

    @Test("Metadata of the logger and of the event come together; the event's wins")
    func metadata() {
        let line = logged { logger in
            var logger = logger
            logger[metadataKey: "loop"] = "3"
            logger[metadataKey: "kind"] = "outer"
            logger.info("m", metadata: ["kind": "inner"])
        }
        #expect(line.hasSuffix(" info m kind=inner loop=3\n"))
    }

    @Test("What is below the level is not logged")
    func level() {
        let line = logged(
            { logger in
                logger.info("quiet")
                logger.error("loud")
            }, level: .warning)
        #expect(line.hasSuffix(" error loud\n") && !line.contains("quiet"))
    }

    @Test(
        "Nothing that a client sends can forge a line, close a quote or steer a terminal",
        arguments: [
            ("a\nb", "a\\u{a}b"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u{1b}[31m", "\\u{1b}[31m"), ("\0", "\\u{0}"),
            ("a\tb", "a\\u{9}b"), ("\u{7f}", "\\u{7f}"), ("say \"hi\"", "say \\u{22}hi\\u{22}"),
            ("\u{9b}31m", "\\u{9b}31m"), ("\u{85}", "\\u{85}"), ("\u{2028}x\u{2029}", "\\u{2028}x\\u{2029}"),
            ("grüß 日本 👍🏽", "grüß 日本 👍🏽"),
        ])
    func escapes(text: String, shown: String) {
        let quoted = shown.contains(" ") ? "\"\(shown)\"" : shown
        let line = logged { logger in logger.info("got \(text)", metadata: ["value": "\(text)"]) }
        #expect(line.hasSuffix(" info got \(shown) value=\(quoted)\n"))
    }
}
