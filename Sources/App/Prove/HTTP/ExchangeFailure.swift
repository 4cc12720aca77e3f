/// Why a request has no answer.
enum ExchangeFailure: Error, Equatable, CustomStringConvertible {
    /// Not a byte of the request was sent.
    case notSent(String)
    /// The connection ended, or what came is no HTTP.
    case cut(String)
    case timedOut

    var description: String {
        switch self {
        case .notSent(let reason), .cut(let reason): reason
        case .timedOut: "timed out"
        }
    }
}
