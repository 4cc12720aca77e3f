/// Settings with which no TLS session can be begun, however often it is tried.
struct TLSSetupError: Error, Equatable, CustomStringConvertible {
    /// One sentence.
    let description: String

    init(_ description: String) { self.description = description }
}
