import CEpoll
import Glibc

/// A system call that failed for a reason outside the program.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// errno as the call left it.
    package let code: Int32
    /// The call's name, as its manual page has it.
    package let call: String

    package init(code: Int32 = errno, call: String) {
        self.code = code
        self.call = call
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// What one read or write on a non-blocking descriptor came to. Expected outcomes are values, not errors.
package enum TransferResult: Equatable, Sendable {
    /// At least one byte moved.
    case moved(Int)
    /// The peer has sent all it will (reads only).
    case ended
    /// Nothing could be moved now.
    case wouldBlock
    /// The connection is of no more use; the value is errno.
    case failed(Int32)
}

/// The system calls of the event loop: EINTR is retried here and nowhere else, and an errno that only a bug of ours can
/// cause (a closed descriptor, a bad address) traps.
enum Syscall {
    static func read(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> TransferResult {
        while true {
            let got = Glibc.read(descriptor, room.baseAddress, room.count)
            if got > 0 { return .moved(got) }
            if got == 0 { return .ended }
            if let result = failure() { return result }
        }
    }

    /// MSG_NOSIGNAL: a peer that vanished is a result, not a SIGPIPE.
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> TransferResult {
        while true {
            let sent = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if sent >= 0 { return .moved(sent) }
            if let result = failure() { return result }
        }
    }

    /// nil for EINTR: try again.
    private static func failure() -> TransferResult? {
        let code = errno
        switch code {
        case EINTR: return nil
        case EAGAIN: return .wouldBlock
        case EBADF, EFAULT, EINVAL, ENOTSOCK: preconditionFailure("errno \(code) on a descriptor that we own")
        default: return .failed(code)
        }
    }

    static func shutdownWrite(_ descriptor: Int32) { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

    /// How much the kernel takes for a peer that doesn't read; it doubles that. A wish: nothing depends on it.
    static func limitSendBuffer(_ descriptor: Int32, bytes: Int) {
        var size = Int32(clamping: bytes)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
}
