import Metrics
import Orders

/// What a request is for, by its method and path alone.
enum RouteMatch: Equatable {
    /// With the id that the path names, or ``noID``.
    case operation(Operation, UUID)
    /// OPTIONS of a path that exists, or of the server as a whole.
    case options(AllowedMethods)
    /// A method that the path, though it exists, has no use for.
    case methodNotAllowed(AllowedMethods)
    case notFound
    /// A method that no path has a use for.
    case unknownMethod

    /// In place of an id where the path has none. A constant spares the hot path an optional.
    static var noID: UUID { UUID(high: 0, low: 0) }

    /// What its requests are counted by.
    var label: RouteLabel {
        switch self {
        case .operation(let operation, _): RouteLabel(operation)
        case .options: .options
        case .methodNotAllowed, .notFound, .unknownMethod: .unknown
        }
    }
}
