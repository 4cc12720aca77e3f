package import Reactor

/// What all viewers of the dashboard get at one moment: the bytes of one event, made once.
package struct DashboardEvent: Sendable {
    package let time: Deadline
    /// With the empty line that ends it.
    package let bytes: [UInt8]

    package init(time: Deadline, bytes: [UInt8]) {
        self.time = time
        self.bytes = bytes
    }
}
