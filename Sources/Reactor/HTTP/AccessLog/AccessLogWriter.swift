import Glibc

/// The one thread that writes the access log, so that no event loop ever waits for a disk, a pipe or a terminal.
///
/// Bounded: what finds no room is dropped, whole lines of it. A file that can't be written costs lines and nothing
/// else: it is tried again with the next ones.
package final class AccessLogWriter: Sendable {
    /// Lines that were lost since the last time that this was told.
    package struct Trouble: Equatable, Sendable {
        package var droppedLines: Int
        package var reason: String
    }

    package struct Settings: Sendable {
        /// Bytes that may wait to be written.
        package var capacityBytes = 8 << 20
        /// How long lines gather before they are written, unless many have come.
        package var gatherMilliseconds = 50
        package var troubleIntervalMilliseconds = 10_000
        /// How long ``AccessLogWriter/close()`` waits for a reader that doesn't read.
        package var closeMilliseconds = 2_000

        package init() {}
    }

    private struct State {
        var pending: [UInt8] = []
        /// Taken by the thread and not yet written.
        var writingBytes = 0
        var dropped = 0
        var mustReopen = false
        var isClosed = false
    }

    /// When so much waits it is written, without waiting for more.
    private static let batchBytes = 256 << 10
    /// A burst leaves no more than this behind.
    private static let keptBytes = 1 << 20

    private let settings: Settings
    private let state = Monitor(State())
    private let onTrouble: @Sendable (Trouble) -> Void
    private let thread = EndingThread()

    /// Opens the file and starts the thread.
    ///
    /// - Parameters:
    ///   - path: `-` is the standard output.
    ///   - onTrouble: called on the thread, at most once in each interval.
    package init(
        path: String, settings: Settings = Settings(), onTrouble: @escaping @Sendable (Trouble) -> Void
    ) throws(SystemError) {
        self.settings = settings
        self.onTrouble = onTrouble
        // The thread is the file's only owner.
        let file = try AccessLogFile(path: path)
        thread.start(name: "access-log") { [self] in run(file) }
    }

    // MARK: For other threads

    /// Takes whole lines, as many as there is room for; never blocks.
    package func append(_ lines: UnsafeRawBufferPointer) {
        let mustWake = state.withLock { state -> Bool in
            let before = state.pending.count
            let room = settings.capacityBytes - before - state.writingBytes
            var taken = lines
            if lines.count > room {
                let end = lines.prefix(max(0, room)).lastIndex(of: ByteClass.lineFeed).map { $0 + 1 } ?? 0
                taken = UnsafeRawBufferPointer(rebasing: lines[..<end])
                state.dropped += Self.lines(lines[end...])
            }
            state.pending.append(contentsOf: taken)
            // It sleeps for the first line, and for enough of them.
            return before == 0 || (before < Self.batchBytes && state.pending.count >= Self.batchBytes)
        }
        if mustWake { state.signal() }
    }

    /// Writes what waits into the file that is open now, and then opens the path anew: for log rotation.
    package func reopen() {
        state.withLock { $0.mustReopen = true }
        state.signal()
    }

    /// Writes what waits and ends the thread. Lines that come later are lost, and so are all after a while if nobody
    /// reads them: the end of the process doesn't wait for that.
    package func close() { close(withinMilliseconds: settings.closeMilliseconds) }

    /// Writes what waits and ends the thread, and waits so long for that at most. Any thread may call it, more than
    /// once.
    package func close(withinMilliseconds milliseconds: Int) {
        state.withLock { $0.isClosed = true }
        state.signal()
        thread.join(until: .now().advanced(byMilliseconds: milliseconds))
    }

    // MARK: The thread

    private struct Work {
        var dropped: Int
        var mustReopen: Bool
        var isLast: Bool
    }

    private func run(_ file: AccessLogFile) {
        var file = file
        var lines: [UInt8] = []
        var trouble = TroubleReport(intervalMilliseconds: settings.troubleIntervalMilliseconds)
        var isLast = false
        while !isLast {
            gather(until: trouble.due)
            let work = take(&lines)
            isLast = work.isLast
            if work.dropped > 0 { trouble.add(work.dropped, "they came faster than they could be written") }
            if let failure = lines.withUnsafeBytes({ file.write($0) }) {
                trouble.add(Self.lines(lines[failure.writtenBytes...]), failure.error.description)
            }
            state.withLock { $0.writingBytes = 0 }
            if work.mustReopen, let error = file.reopen() { trouble.add(0, error.description) }
            if let report = trouble.take(now: Deadline.now(), isLast: isLast) { onTrouble(report) }
            lines.removeAll(keepingCapacity: lines.capacity <= Self.keptBytes)
        }
    }

    /// Sleeps until there is something to do: enough lines, some lines for long enough, a request of another thread, or
    /// a report that is due.
    private func gather(until due: Deadline) {
        func isUrgent(_ state: State) -> Bool {
            state.mustReopen || state.isClosed || state.pending.count >= Self.batchBytes
        }
        _ = state.wait(until: due) { !$0.pending.isEmpty || $0.dropped > 0 || isUrgent($0) ? true : nil }
        let enough = Deadline.now().advanced(byMilliseconds: settings.gatherMilliseconds)
        _ = state.wait(until: min(due, enough)) { isUrgent($0) ? true : nil }
    }

    private func take(_ lines: inout [UInt8]) -> Work {
        state.withLock { state in
            swap(&state.pending, &lines)
            state.writingBytes = lines.count
            defer {
                state.dropped = 0
                state.mustReopen = false
            }
            return Work(dropped: state.dropped, mustReopen: state.mustReopen, isLast: state.isClosed)
        }
    }

    private static func lines(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $1 == ByteClass.lineFeed ? $0 + 1 : $0 }
    }
}

/// Gathers what was lost, so that it is told now and then.
private struct TroubleReport {
    private let intervalMilliseconds: Int
    private var lines = 0
    private var reason: String?
    private var next = Deadline(nanoseconds: 0)

    init(intervalMilliseconds: Int) { self.intervalMilliseconds = intervalMilliseconds }

    /// When there is something to tell; never without.
    var due: Deadline { reason == nil ? .never : next }

    mutating func add(_ lines: Int, _ reason: String) {
        self.lines += lines
        self.reason = reason
    }

    mutating func take(now: Deadline, isLast: Bool) -> AccessLogWriter.Trouble? {
        guard let reason, isLast || now >= next else { return nil }
        defer {
            lines = 0
            self.reason = nil
            next = now.advanced(byMilliseconds: intervalMilliseconds)
        }
        return AccessLogWriter.Trouble(droppedLines: lines, reason: reason)
    }
}
