/// What an error means for the connection that it came on. Pure; only an error that is the whole reply counts, not one
/// within an array.
///
/// The connection is left where another server may do better (the name may mean another one by now), or the same one
/// after a moment, and where nothing would be lost by leaving: a server that serves reads and no writes is kept.
enum RedisErrorKind: Equatable {
    /// The server serves nobody, or not us.
    case unfit
    /// The server has forgotten our scripts, which a new connection loads.
    case scriptsLost
    /// Another command may be answered well.
    case commandAlone

    /// The errors of a server that is to be left.
    ///
    /// - READONLY: it became a replica. The primary is somewhere else.
    /// - MASTERDOWN: it is a replica that has lost its primary, and gives out nothing.
    /// - LOADING: it reads its file. It is of use in a moment; a promoted replica is already.
    /// - BUSY, UNKILLABLE: a script has been running for seconds (`busy-reply-threshold`). Every command is refused,
    ///   and nobody knows for how long.
    /// - CLUSTERDOWN: its part of a Redis Cluster is not the majority. The other part has promoted a replica.
    ///
    /// The connection is kept at:
    ///
    /// - OOM, MISCONF: it has no memory, or can't write its file. It is the primary still, and answers reads. When an
    ///   operator moves the primary, the role tells.
    /// - NOREPLICAS: it has too few replicas. It answers reads. Most often a replica is being restarted, and leaving
    ///   would take the reads away again and again. If it was cut off, the role tells as soon as it isn't any more.
    /// - TRYAGAIN, MOVED, ASK, CROSSSLOT: these are about some keys of a Redis Cluster, and the others go on.
    /// - NOPERM, WRONGTYPE, ERR and all others: these are about the command.
    private static let unfitCodes = ["READONLY", "MASTERDOWN", "LOADING", "BUSY", "UNKILLABLE", "CLUSTERDOWN"]

    init(_ error: UnsafeRawBufferPointer) {
        let code = Self.cause(of: error).prefix { $0 != UInt8(ascii: " ") }
        if Self.unfitCodes.contains(where: { code.elementsEqual($0.utf8) }) {
            self = .unfit
        } else if code.elementsEqual("NOSCRIPT".utf8) {
            self = .scriptsLost
        } else {
            self = .commandAlone
        }
    }

    /// The error that ended a script: Redis before 7.0 reports it as `ERR Error running script (call to f_...):
    /// @user_script:1: @user_script: 1: -READONLY You can't ...`. Any other error is its own cause.
    static func cause(of error: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        guard error.starts(with: "ERR Error running script (call to ".utf8) else { return error[...] }
        let mark = Array(": -".utf8)
        for start in error.indices.dropLast(mark.count) where error[start...].starts(with: mark) {
            return error[(start + mark.count)...]
        }
        return error[...]
    }
}
