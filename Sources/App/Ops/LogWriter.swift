import Glibc
import Logging
import Reactor

/// The one thread that writes log lines, so that no event loop ever waits for a terminal, a pipe or a disk.
///
/// Bounded: when the reader of the log is too slow, lines are dropped and their number is logged.
final class LogWriter: Sendable {
    private struct State {
        var lines: [String] = []
        var dropped = 0
        var isClosed = false
        var hasEnded = false
    }

    /// Lines that may wait.
    private static let capacity = 10_000

    private let state = Monitor(State())
    private let descriptor: Int32
    private let thread = Monitor<Thread?>(nil)

    /// Starts the thread; `descriptor` stays open for the life of the process.
    init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        let started = Thread(name: "log") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// From any thread; never blocks.
    func write(_ line: String) {
        state.withLock { state in
            if state.lines.count < Self.capacity { state.lines.append(line) } else { state.dropped += 1 }
        }
        state.signal()
    }

    /// Writes what waits and ends the thread. Lines that come later are lost, and so are all after a while if nobody reads
    /// them: the end of the process doesn't wait for that. From any thread, again too.
    func close(withinMilliseconds milliseconds: Int = 2_000) {
        state.withLock { $0.isClosed = true }
        state.signal()
        let deadline = Deadline.now().advanced(byMilliseconds: milliseconds)
        guard state.wait(until: deadline, { $0.hasEnded ? true : nil }) != nil else { return }
        thread.withLock { thread in
            let running = thread
            thread = nil
            return running
        }?.join()
    }

    private func run() {
        defer {
            state.withLock { $0.hasEnded = true }
            state.signal()
        }
        while let batch = state.wait({ state -> (lines: [String], dropped: Int)? in
            if state.lines.isEmpty { return state.isClosed ? ([], 0) : nil }
            defer {
                state.lines.removeAll(keepingCapacity: true)
                state.dropped = 0
            }
            return (state.lines, state.dropped)
        }), !batch.lines.isEmpty {
            var text = batch.lines.joined()
            if batch.dropped > 0 { text += "spillway: \(batch.dropped) log lines were dropped\n" }
            text.withUTF8 { bytes in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    // A log that can't be written must not stop the service.
                    guard written > 0 || errno == EINTR else { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, written)))
                }
            }
        }
    }
}

/// Formats log events as one line each: `2026-11-22T15:50:00.123Z info message key=value`.
struct LineLogHandler: LogHandler {
    let writer: LogWriter
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(writer: LogWriter, logLevel: Logger.Level) {
        self.writer = writer
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = WallClock.text(millisecondsSince1970: Int64(WallClock.nanoseconds() / 1_000_000))
        var line = "\(time) \(event.level.rawValue) \(Self.oneLine(event.message.description))"
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            let text = Self.oneLine(value.description)
            line += text.contains(" ") || text.isEmpty ? " \(key)=\"\(text)\"" : " \(key)=\(text)"
        }
        writer.write(line + "\n")
    }

    /// Control characters are escaped, so that nothing a client sends can forge a line or steer a terminal.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: mustBeEscaped) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if mustBeEscaped(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    /// Both sets of control characters (terminals obey the upper one too), the two separators of lines that Unicode has
    /// besides them, and the quote that values may stand in.
    private static func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x22, 0x7f...0x9f, 0x2028, 0x2029: true
        default: false
        }
    }
}
