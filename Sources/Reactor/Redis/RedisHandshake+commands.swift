extension RedisHandshake.Step {
    /// Writes this step's command.
    func write(_ command: inout RedisCommand, endpoint: RedisEndpoint, scripts: [String]) {
        command.removeAll()
        switch self {
        case .authenticate:
            command.append("AUTH")
            if let user = endpoint.user { command.append(string: user) }
            command.append(string: endpoint.password ?? "")
        case .select:
            command.append("SELECT")
            command.append(decimal: UInt64(endpoint.database))
        case .clientID:
            command.append("CLIENT")
            command.append("ID")
        case .serverInfo:
            command.append("INFO")
            command.append("server")
        case .replicationInfo:
            command.append("INFO")
            command.append("replication")
        case .loadScript(let index):
            command.append("SCRIPT")
            command.append("LOAD")
            command.append(string: scripts[index])
        case .ping:
            command.append("PING")
        case .kill(let connection):
            command.append("CLIENT")
            command.append("KILL")
            command.append("ID")
            command.append(string: String(connection.clientID))
        }
    }
}
