import Glibc

/// Lends a copy of `bytes` that is followed by exactly `readable` bytes and then by a page that may not be read, so
/// that a parser which looks further than it may crashes the test. The bytes behind the input look like more of a
/// document.
func withGuardedBytes<Result, Failure: Error>(
    _ bytes: some Collection<UInt8>, readable: Int = 64,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
) throws(Failure) -> Result {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let dataBytes = (bytes.count + readable + page - 1) / page * page
    let mapped = mmap(nil, dataBytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let base = mapped, base != MAP_FAILED else { fatalError("mmap: \(errno)") }
    defer { munmap(base, dataBytes + page) }
    guard mprotect(base + dataBytes, page, PROT_NONE) == 0 else { fatalError("mprotect: \(errno)") }
    memset(base, Int32(UInt8(ascii: "7")), dataBytes)
    let start = dataBytes - readable - bytes.count
    let input = UnsafeMutableRawBufferPointer(start: base + start, count: bytes.count)
    input.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(input))
}
