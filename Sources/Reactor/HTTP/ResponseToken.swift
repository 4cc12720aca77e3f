/// Names one request that waits for its answer. A plain value: it may travel through other threads and back, and when
/// its connection is gone by then the answer is dropped.
package struct ResponseToken: Equatable, Hashable, Sendable {
    let descriptor: Int32
    let generation: UInt32
    let sequence: UInt32
    let traits: ResponseTraits
    /// The handler's own: what kind of request it is.
    package var kind: UInt8 = 0
    /// The handler's own, for what it has to remember of the request when it answers.
    package var note: UInt16 = 0
    /// The ticket of the access log's unfinished line; 0 without a log.
    var logTicket: UInt32 = 0
    /// When the first byte of the request was read: the turn of the loop in which that was, by the monotonic clock.
    /// Comes round after 71 minutes.
    package var beganMicroseconds: UInt32 = 0
}

/// What of a request still matters when it is answered.
struct ResponseTraits: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// HEAD: the head as for GET, and no body.
    static let headOnly = ResponseTraits(rawValue: 1)
    /// The connection closes behind this answer.
    static let closes = ResponseTraits(rawValue: 2)
    /// An HTTP/1.0 client that asked for keep-alive must be told that it gets it.
    static let announcesKeepAlive = ResponseTraits(rawValue: 4)
    /// HTTP/1.0: an answer of unknown length ends with the connection.
    static let knowsNoChunks = ResponseTraits(rawValue: 8)
}
