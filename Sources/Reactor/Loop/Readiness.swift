import CEpoll

/// What a descriptor is watched for, and what it turned out to be ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let read = Readiness(rawValue: CEPOLL_IN)
    package static let write = Readiness(rawValue: CEPOLL_OUT)
    /// Both directions are closed, or the descriptor is in error; reported without being asked for.
    package static let hangUp = Readiness(rawValue: CEPOLL_HUP | CEPOLL_ERR)
}
