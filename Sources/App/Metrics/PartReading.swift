/// How one of the parts is doing that the service depends on.
struct PartReading: Equatable, Sendable {
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
