import Reactor

/// The methods that a path allows, as Allow and a preflight's answer name them.
struct AllowedMethods: Equatable, Sendable {
    private var bits: UInt16 = 0

    /// None, as for a path that leads nowhere.
    init() {}

    var isEmpty: Bool { bits == 0 }

    /// Adds what a route of this method allows: the method, HEAD beside GET, and OPTIONS.
    mutating func allow(_ method: HTTPMethod) {
        insert(method)
        insert(.options)
        if contains(.get) { insert(.head) }
    }

    private mutating func insert(_ method: HTTPMethod) { bits |= 1 << UInt16(method.ordinal) }

    func contains(_ method: HTTPMethod) -> Bool { bits >> UInt16(method.ordinal) & 1 != 0 }
}

extension AllowedMethods: CustomStringConvertible {
    /// The value of Allow (RFC 9110, section 10.2.1).
    var description: String {
        HTTPMethod.allCases.filter(contains).map { $0.name.description }.joined(separator: ", ")
    }
}

extension HTTPMethod {
    /// Its place in `allCases`.
    ///
    /// Proof: an enum without payloads is one byte, and its cases have the numbers from 0 in the order of their
    /// declaration (docs/ABI/TypeLayout of the compiler); a test compares them. The raw value would cost a call.
    var ordinal: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}
