/// What follows for the whole service from how its dependencies are doing. Pure.
package enum ServiceState: Equatable {
    case ready
    /// It does all that it promises, more slowly.
    case degraded(reason: String)
    /// Something has neither worked nor failed yet.
    case starting(reason: String)
    case failing(reason: String)
    case draining

    package init(_ dependencies: [DependencyState], isDraining: Bool) {
        let missing = dependencies.filter { $0.reason != nil }
        let reason = missing.map { "\($0.dependency): \($0.reason ?? "")" }.joined(separator: "; ")
        self =
            if isDraining {
                .draining
            } else if missing.isEmpty {
                .ready
            } else if missing.allSatisfy(\.dependency.isOptional) {
                .degraded(reason: reason)
            } else if missing.contains(where: { $0.state == .failing && !$0.dependency.isOptional }) {
                .failing(reason: reason)
            } else {
                .starting(reason: reason)
            }
    }
}
