import Glibc
import Orders

/// A path of the API as it is compared with those of requests: by length first, then by bytes. It points into
/// literals, which never go away.
struct PathPattern {
    /// Of every path that fits: an id has 36 bytes.
    let length: Int
    /// Everything before the id, or the whole path.
    private let prefix: UnsafeRawBufferPointer
    /// What follows the id; nil in a path without one.
    private let suffix: UnsafeRawBufferPointer?

    init(prefix: UnsafeRawBufferPointer, suffix: UnsafeRawBufferPointer?) {
        self.prefix = prefix
        self.suffix = suffix
        length = prefix.count + (suffix.map { UUID.textLength + $0.count } ?? 0)
    }

    /// The id that `path` names, ``RouteMatch/noID`` where the pattern has none; nil when `path` doesn't fit. An id
    /// that is not a UUID doesn't.
    func match(_ path: UnsafeRawBufferPointer) -> UUID? {
        guard path.count == length, let start = path.baseAddress, let known = prefix.baseAddress,
            memcmp(start, known, prefix.count) == 0
        else { return nil }
        guard let suffix else { return RouteMatch.noID }
        // The path has prefix.count + textLength + suffix.count bytes, as its length says.
        let id = start + prefix.count
        if let known = suffix.baseAddress, memcmp(id + UUID.textLength, known, suffix.count) != 0 { return nil }
        return UUID(text: UnsafeRawBufferPointer(start: id, count: UUID.textLength))
    }
}
