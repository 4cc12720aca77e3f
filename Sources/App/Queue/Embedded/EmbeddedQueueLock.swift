import Glibc

/// Keeps a second server away from the same queue file: each would tell its readers of its own writes alone.
///
/// The lock lies in a file of its own, because SQLite's locks on the queue file would be lost when any descriptor of
/// that is closed. The kernel lets go of it when the process ends, however it ends.
package struct EmbeddedQueueLock: ~Copyable, Sendable {
    /// Another process has the queue, or the lock's file can't be made.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    private let descriptor: Int32

    /// Takes the lock of the queue file at `path`, and fails at once where another process has it.
    package init(path: String) throws(Unavailable) {
        let lockPath = path + "-lock"
        let opened = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw Unavailable(description: "\(lockPath): \(String(cString: strerror(errno)))") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw Unavailable(description: "\(path) is in use by another process")
        }
        descriptor = opened
    }

    deinit { close(descriptor) }
}
