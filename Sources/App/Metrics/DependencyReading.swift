/// How one of the dependencies is doing that the service depends on.
struct DependencyReading: Equatable, Sendable {
    enum State: Sendable {
        /// It has neither worked nor failed yet.
        case waiting
        case working
        case failing
    }

    let name: String
    let state: State
    /// When the state began, since 1970.
    let sinceMilliseconds: Int64
}
