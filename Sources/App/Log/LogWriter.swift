import Glibc
import Logging
import Reactor

/// The one thread that writes log lines, so that no event loop ever waits for a terminal, a pipe or a disk.
///
/// Bounded: when the reader of the log is too slow, lines are dropped and their number is logged.
package final class LogWriter: Sendable {
    private struct State {
        var entries: [LogEntry] = []
        var dropped = 0
        var isClosed = false
    }

    private struct Batch {
        var entries: [LogEntry]
        var dropped: Int
        var isLast: Bool
    }

    /// Lines that may wait.
    private static let capacity = 10_000

    let mask: SecretMask
    private let format: LogFormat
    private let state = Monitor(State())
    private let descriptor: Int32
    private let thread = EndingThread()

    /// Starts the thread; `descriptor` stays open for the life of the process.
    package init(_ format: LogFormat, _ mask: SecretMask, descriptor: Int32 = STDERR_FILENO) {
        self.format = format
        self.mask = mask
        self.descriptor = descriptor
        thread.start(name: "log") { [self] in run() }
    }

    /// From any thread; never blocks.
    package func write(_ entry: LogEntry) {
        state.withLock { state in
            if state.entries.count < Self.capacity { state.entries.append(entry) } else { state.dropped += 1 }
        }
        state.signal()
    }

    /// Writes what waits and ends the thread. Lines that come later are lost, and so are all after a while if nobody
    /// reads them: the end of the process doesn't wait for that. From any thread, again too.
    package func close(withinMilliseconds milliseconds: Int = 2_000) {
        state.withLock { $0.isClosed = true }
        state.signal()
        thread.join(until: .now().advanced(byMilliseconds: milliseconds))
    }

    // MARK: The thread

    private func run() {
        var filter = RepeatFilter()
        var isLast = false
        while !isLast {
            let batch = take(until: filter.windowEnd)
            isLast = batch.isLast
            let now = Deadline.now()
            var due = batch.entries.flatMap { filter.admit($0, now: now) } + filter.expire(now)
            if isLast { due += filter.finish() }
            if batch.dropped > 0 { due.append(Self.entry(dropped: batch.dropped)) }
            output(due.map { format.line($0, mask) }.joined())
        }
    }

    /// Without entries when `deadline` passed first.
    private func take(until deadline: Deadline) -> Batch {
        let batch = state.wait(until: deadline) { state -> Batch? in
            guard !state.entries.isEmpty || state.isClosed else { return nil }
            defer {
                state.entries.removeAll(keepingCapacity: true)
                state.dropped = 0
            }
            return Batch(entries: state.entries, dropped: state.dropped, isLast: state.isClosed)
        }
        return batch ?? Batch(entries: [], dropped: 0, isLast: false)
    }

    private static func entry(dropped: Int) -> LogEntry {
        LogEntry(
            milliseconds: Int64(WallClock.nanoseconds() / 1_000_000), level: .warning,
            kind: LogEntry.Kind(file: #fileID, line: #line, message: "log lines were dropped"),
            fields: [LogEntry.Field(name: "lines", value: "\(dropped)")])
    }

    private func output(_ text: String) {
        var text = text
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
