import Glibc

/// The file of the access log, opened for appending, or the standard output.
struct AccessLogFile: Sendable {
    /// What stopped a write, and how much had been written by then.
    struct Failure {
        let writtenBytes: Int
        let error: SystemError
    }

    /// Closes its file, but not the standard output, which belongs to the process.
    private final class Handle: Sendable {
        let descriptor: Int32
        private let isOwned: Bool

        init(_ descriptor: Int32, isOwned: Bool) {
            self.descriptor = descriptor
            self.isOwned = isOwned
        }

        deinit { if isOwned { close(descriptor) } }
    }

    /// How long a pipe may be full before lines are lost.
    private static let pipeMilliseconds: Int32 = 1_000

    private let path: String
    private var handle: Handle
    /// A write stopped within a line: the next one must not go on in it.
    private var isTorn = false

    /// - Parameter path: `-` is the standard output.
    init(path: String) throws(SystemError) {
        self.path = path
        handle = try Self.open(path)
    }

    /// Opens the path anew; when that fails the file stays what it is.
    mutating func reopen() -> SystemError? {
        do throws(SystemError) {
            handle = try Self.open(path)
            isTorn = false
            return nil
        } catch {
            return error
        }
    }

    /// nil when all of it was written.
    mutating func write(_ lines: UnsafeRawBufferPointer) -> Failure? {
        guard !lines.isEmpty else { return nil }
        if isTorn {
            var lineFeed = ByteClass.lineFeed
            let failure = withUnsafeBytes(of: &lineFeed) { writeAll($0) }
            if let failure { return failure }
            isTorn = false
        }
        guard let failure = writeAll(lines) else { return nil }
        isTorn = failure.writtenBytes > 0 && lines[failure.writtenBytes - 1] != ByteClass.lineFeed
        return failure
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Failure? {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = Glibc.write(handle.descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
            } else if count < 0 && errno == EAGAIN {
                var wanted = pollfd(fd: handle.descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&wanted, 1, Self.pipeMilliseconds) == 0 {
                    return Failure(writtenBytes: written, error: SystemError(code: EAGAIN, call: "write(\(path))"))
                }
            } else if count == 0 || errno != EINTR {
                return Failure(writtenBytes: written, error: SystemError(call: "write(\(path))"))
            }
        }
        return nil
    }

    private static func open(_ path: String) throws(SystemError) -> Handle {
        if path == "-" { return Handle(STDOUT_FILENO, isOwned: false) }
        // Without O_NONBLOCK a pipe that nobody reads would hold up the start; with it that is an error.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let descriptor = Glibc.open(path, flags, 0o640)
        guard descriptor >= 0 else { throw SystemError(call: "open(\(path))") }
        return Handle(descriptor, isOwned: true)
    }
}
