import Glibc
import Reactor

/// One method of one path, with what a request for it must bring.
struct Route: Sendable {
    enum Trait: Sendable {
        /// The body, where there is one, has to be JSON.
        case json
        /// The request has to bring the admin password.
        case password
        /// Without a dashboard nothing is there.
        case dashboard
    }

    /// The segment of a path that stands for the id of an order.
    private static let placeholder: StaticString = "{id}"

    let method: HTTPMethod
    /// With ``placeholder`` where an id stands.
    let path: StaticString
    let traits: [Trait]

    init(_ method: HTTPMethod, _ path: StaticString, _ traits: Trait...) {
        self.method = method
        self.path = path
        self.traits = traits
    }

    /// Such as `GET /orders/{id}`.
    var name: String { "\(method.name) \(path)" }

    /// The paths that fit.
    var pattern: PathPattern {
        let bytes = UnsafeRawBufferPointer(start: path.utf8Start, count: path.utf8CodeUnitCount)
        let length = Self.placeholder.utf8CodeUnitCount
        for start in bytes.indices where bytes.hasBytes(Self.placeholder, at: start) {
            return PathPattern(
                prefix: UnsafeRawBufferPointer(rebasing: bytes[..<start]),
                suffix: UnsafeRawBufferPointer(rebasing: bytes[(start + length)...]))
        }
        return PathPattern(prefix: bytes, suffix: nil)
    }
}

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
