/// What a request is counted by: a route of the API, or what fits none of them. The API gives the numbers and their
/// names.
package struct RouteLabel: Equatable, Sendable {
    /// Dense, and small enough for `ResponseToken.kind`, by which it comes back with the answer.
    package let number: UInt8

    package init(number: UInt8) {
        self.number = number
    }

    /// Refused before its first line was understood, or before anybody asked for what it was meant.
    package static var unreadable: RouteLabel { RouteLabel(number: 0) }
}
