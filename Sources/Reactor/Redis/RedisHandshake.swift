/// What a new connection says before it is of use, and what it makes of the answers. Pure: it sends nothing itself.
///
/// All goes out at once but for the fence, which needs the server's run id.
struct RedisHandshake {
    enum Step: Equatable {
        case authenticate
        case select
        case clientID
        case serverInfo
        /// The role, too, for as long as the connection is there.
        case replicationInfo
        case loadScript(Int)
        /// Answered with PONG only by a server that is ready to serve us.
        case ping
        case kill(RedisFence.Connection)
    }

    enum Action: Equatable {
        case wait
        /// Everything of the first round has been answered.
        case fence
        case finish
        /// One clause, without secrets.
        case refuse(String)
    }

    private(set) var steps: [Step]
    private var answered = 0
    private(set) var clientID: Int64?
    private(set) var runID: String?
    /// nil when the server didn't say: then its role isn't asked for later either.
    private(set) var replication: RedisReplication?
    /// The hash of each script, as the server computed it.
    private(set) var scriptHashes: [String]
    private let database: Int

    init(endpoint: RedisEndpoint, scriptCount: Int) {
        steps = endpoint.password == nil ? [] : [.authenticate]
        if endpoint.database != 0 { steps.append(.select) }
        // Two commands: INFO takes one section before Redis 7.0.
        steps += [.clientID, .serverInfo, .replicationInfo]
        steps += (0..<scriptCount).map { .loadScript($0) }
        steps.append(.ping)
        scriptHashes = Array(repeating: "", count: scriptCount)
        database = endpoint.database
    }

    /// This connection's name in the fence; nil when the server told us too little.
    var connection: RedisFence.Connection? {
        guard let clientID, let runID else { return nil }
        return RedisFence.Connection(runID: runID, clientID: clientID)
    }

    /// Of the server, when the handshake has finished. One that is unknown is another one at each call.
    func makeIdentity() -> RedisIdentity {
        RedisIdentity(runID: runID, replicationID: replication?.replicationID)
    }

    /// Connections that were ended by this handshake, when it has finished.
    var killed: [RedisFence.Connection] {
        steps.compactMap { step in
            if case .kill(let connection) = step { connection } else { nil }
        }
    }

    /// The steps that a fence adds, to be sent now.
    mutating func addKills(_ connections: [RedisFence.Connection]) -> ArraySlice<Step> {
        let first = steps.count
        steps += connections.map { .kill($0) }
        return steps[first...]
    }

    mutating func take(_ reply: borrowing RedisReply) -> Action {
        precondition(answered < steps.count)
        let step = steps[answered]
        answered += 1
        if reply.kind == .error, let refusal = refusal(step, reply) { return .refuse(refusal) }
        switch step {
        case .authenticate, .select: break
        case .clientID: if reply.kind == .integer { clientID = reply.integer }
        case .serverInfo: if reply.kind == .string { runID = RedisInfo.value(of: "run_id", in: reply.bytes) }
        case .replicationInfo:
            if reply.kind == .string { replication = RedisReplication(reply.bytes) }
            if replication?.isReplica == true { return .refuse(Self.replicaRefusal) }
        case .loadScript(let index):
            guard reply.kind == .string, reply.bytes.count == 40 else {
                return .refuse("SCRIPT LOAD was answered with something else than a hash")
            }
            scriptHashes[index] = reply.text
        case .ping: return .fence
        case .kill: break
        }
        return answered == steps.count ? .finish : .wait
    }

    /// What is said of a server that has a primary of its own.
    static let replicaRefusal = "the server is a replica"

    /// nil when the connection is of use all the same.
    private func refusal(_ step: Step, _ reply: borrowing RedisReply) -> String? {
        let error = reply.text
        let code = error.prefix { $0 != " " }
        // The text may hold a secret only where a secret was sent.
        if step != .authenticate, RedisErrorKind(reply.bytes) == .unfit { return error }
        // Whatever is said to a connection that may not speak, or to one too many.
        if code == "NOAUTH" { return "NOAUTH, a password is required" }
        if error.hasPrefix("ERR max number of clients") { return "the server has too many clients" }
        switch step {
        case .authenticate: return "AUTH was refused: " + Self.authenticationFailure(error)
        case .select: return "SELECT \(database) was refused: \(error)"
        case .loadScript: return "SCRIPT LOAD was refused: \(error)"
        case .ping: return error
        // Not every user may ask, and not every proxy can answer: then there is no fence, and no known identity.
        case .clientID, .serverInfo, .replicationInfo, .kill: return nil
        }
    }

    /// Errors may repeat the arguments of the command, and those are secret: only what is known is passed on.
    private static func authenticationFailure(_ error: String) -> String {
        if error.hasPrefix("WRONGPASS") || error.hasPrefix("ERR invalid password") {
            return "wrong user name or password"
        }
        if error.hasPrefix("ERR AUTH <password> called") || error.hasPrefix("ERR Client sent AUTH") {
            return "the server has no password set"
        }
        if error.hasPrefix("ERR wrong number of arguments") { return "the server knows no users, only a password" }
        return String(error.prefix { $0.isASCII && $0.isUppercase })
    }
}
