import Reactor

/// What all viewers of the dashboard get at one moment: the bytes of one event, made once.
struct DashboardEvent: Sendable {
    let time: Deadline
    /// With the empty line that ends it.
    let bytes: [UInt8]
}
