/// How one dependency of the service is doing.
package struct DependencyReading: Equatable, Sendable {
    package enum State: Sendable {
        /// It has neither worked nor failed yet.
        case waiting
        case working
        case failing
    }

    package let name: String
    package let state: State
    /// When the state began, since 1970.
    package let sinceMilliseconds: Int64

    package init(name: String, state: consuming State, sinceMilliseconds: Int64) {
        self.name = name
        self.state = state
        self.sinceMilliseconds = sinceMilliseconds
    }
}
