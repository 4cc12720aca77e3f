import Orders
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
