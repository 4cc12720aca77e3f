/// What a request is counted by: a route of the API, or what fits none of them. The API gives the numbers and their
/// names.
struct RouteLabel: Equatable, Sendable {
    /// Dense, and small enough for `ResponseToken.kind`, by which it comes back with the answer.
    let number: UInt8

    /// Refused before its first line was understood, or before anybody asked for what it was meant.
    static var unreadable: RouteLabel { RouteLabel(number: 0) }
}
