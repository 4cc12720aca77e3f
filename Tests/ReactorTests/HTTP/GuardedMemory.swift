import Glibc

/// Memory whose last byte lies directly before a page that can't be touched: reading one byte too far crashes the test.
final class GuardedMemory {
    private let base: UnsafeMutableRawPointer
    private let usable: Int
    private let total: Int

    init(capacity: Int) {
        let page = Int(getpagesize())
        usable = (max(capacity, 1) + page - 1) / page * page
        total = usable + page
        guard let memory = mmap(nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED, mprotect(memory + usable, page, PROT_NONE) == 0
        else { fatalError("no guarded memory: errno \(errno)") }
        base = memory
    }

    deinit { munmap(base, total) }

    /// Copies `bytes` flush against the guard.
    func place(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        precondition(bytes.count <= usable)
        let room = UnsafeMutableRawBufferPointer(start: base + usable - bytes.count, count: bytes.count)
        room.copyBytes(from: bytes)
        return room
    }
}
