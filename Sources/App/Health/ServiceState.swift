/// What follows for the whole service from how its parts are doing. Pure.
enum ServiceState: Equatable {
    case ready
    /// It does all that it promises, more slowly.
    case degraded(reason: String)
    /// Something has neither worked nor failed yet.
    case starting(reason: String)
    case failing(reason: String)
    case draining

    init(_ parts: [PartState], isDraining: Bool) {
        let missing = parts.filter { $0.reason != nil }
        let reason = missing.map { "\($0.part): \($0.reason ?? "")" }.joined(separator: "; ")
        self =
            if isDraining {
                .draining
            } else if missing.isEmpty {
                .ready
            } else if missing.allSatisfy(\.part.isOptional) {
                .degraded(reason: reason)
            } else if missing.contains(where: { $0.state == .failing && !$0.part.isOptional }) {
                .failing(reason: reason)
            } else {
                .starting(reason: reason)
            }
    }
}
