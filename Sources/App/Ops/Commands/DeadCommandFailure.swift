/// Ends the command with status 1 and this one line.
enum DeadCommandFailure: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case noQueue(path: String)

    var description: String {
        switch self {
        case .notFound(let text): "there is no dead letter \(text)"
        case .noQueue(let path): "there is no queue in \(path)"
        }
    }
}
