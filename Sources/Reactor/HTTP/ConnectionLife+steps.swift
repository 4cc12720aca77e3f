/// What a connection can be told to do.
extension ConnectionLife {
    /// What the connection is to do.
    enum Step: Equatable {
        case stay
        /// Tell the loop to watch for something else than before.
        case watch(Readiness)
        /// Everything is answered and sent: ask ``ConnectionLife/end(isClosing:hasInput:)`` how to end.
        case end
    }

    /// How the connection is to end.
    enum End: Equatable {
        /// Read once, to learn whether the client has sent more, and go on with ``ConnectionLife/looked(_:hasInput:)``.
        case look
        /// Close our side, and settle again.
        case linger
        case close
    }

    /// What ``End/look`` has found.
    enum Unread: Equatable, CaseIterable {
        case nothing
        case bytes
        /// The client has sent all it will.
        case end
    }
}
