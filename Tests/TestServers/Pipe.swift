import Glibc
import Synchronization

/// A descriptor that is closed when the last one who holds it lets go.
package final class Descriptor: Sendable {
    package let raw: Int32

    package init(_ raw: Int32) {
        precondition(raw >= 0, "errno \(errno)")
        self.raw = raw
    }

    deinit { close(raw) }
}

/// Not inherited by children but for the end that is duplicated for them: tests start processes side by side.
///
/// A pair of sockets, since pipe2(2) is out of Swift's sight, and a flag that is set afterwards comes too late.
package struct Pipe: Sendable {
    package let reader: Descriptor
    package let writer: Descriptor

    package init() {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        precondition(socketpair(AF_UNIX, type, 0, &ends) == 0, "socketpair: errno \(errno)")
        reader = Descriptor(ends[0])
        writer = Descriptor(ends[1])
    }
}

/// Reads all that comes out of a pipe, on a thread, so that the writer never waits.
package final class OutputCapture: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()

    package init(_ reader: Descriptor) {
        // The thread outlives this object until the writer has gone: it is never joined.
        let thread = ClientThread { [shared] in
            var chunk = [UInt8](repeating: 0, count: 1 << 14)
            while true {
                let count = read(reader.raw, &chunk, chunk.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                shared.state.withLock { $0.bytes += chunk[..<count] }
            }
            shared.state.withLock { $0.hasEnded = true }
        }
        thread.detach()
    }

    package var text: String { String(decoding: shared.state.withLock { $0.bytes }, as: UTF8.self) }

    package var lines: [String] { text.split(separator: "\n").map(String.init) }

    /// All of it, once the writer has closed its end.
    package func wholeText(within seconds: Double = 10) -> String? {
        eventually(within: seconds) { shared.state.withLock { $0.hasEnded } } ? text : nil
    }
}
