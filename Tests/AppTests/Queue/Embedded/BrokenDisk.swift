import CSQLite
import Synchronization

@testable import Store

/// A disk whose syncs fail: SQLite's file object of the log gets methods of its own.
enum BrokenDisk {
    /// Syncs that are still to fail. A C function has no context, so there is one for all, and tests that break
    /// the disk are serialized.
    private static let failuresLeft = Atomic<Int>(0)

    static func failSyncs(of connection: borrowing SQLiteConnection, times: Int) {
        var log: UnsafeMutablePointer<sqlite3_file>?
        sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
        // Never deallocated: the file refers to it until the connection is closed.
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: log!.pointee.pMethods.pointee)
        methods.pointee.xSync = { _, _ in
            guard BrokenDisk.failuresLeft.load(ordering: .relaxed) > 0 else { return SQLITE_OK }
            BrokenDisk.failuresLeft.subtract(1, ordering: .relaxed)
            return SQLITE_IOERR | 4 << 8
        }
        failuresLeft.store(times, ordering: .relaxed)
        log!.pointee.pMethods = UnsafePointer(methods)
    }

    static func recover() { failuresLeft.store(0, ordering: .relaxed) }
}
