// Replies, and what they mean for the connection.
extension RedisClient: RedisContextOwner {
    func contextReplied(_ reply: borrowing RedisReply) {
        lastReply = loop.now
        guard let origin = pending.popFirst() else { preconditionFailure("a reply without a command") }
        switch origin {
        case .command(let handler, let tag):
            if reply.kind == .error { return commandFailed(reply, handler, tag) }
            handler.redisReplied(reply, tag: tag)
        case .handshake: handshakeReplied(reply)
        case .ping:
            if reply.kind == .error { giveUp("\(endpoint.address): \(reply.text)") }
        case .role: roleReplied(reply)
        case .kill(let connection):
            // A server that is busy or loading has not ended it: it stays noted.
            if reply.kind == .error, leaveIfUnfit(reply) { return }
            // Whatever else the answer is: that connection is over, or we may not end it.
            fence.forget([connection])
        case .none: preconditionFailure("a command was answered twice")
        }
    }

    /// The sender of a command that an unfit server refused is told what it is told of a connection that was lost.
    private func commandFailed(_ reply: borrowing RedisReply, _ handler: any RedisReplyHandler, _ tag: UInt64) {
        if leaveIfUnfit(reply) { return handler.redisReplied(.unknown, tag: tag) }
        let hasLostScripts = RedisErrorKind(reply.bytes) == .scriptsLost
        handler.redisReplied(reply, tag: tag)
        if hasLostScripts { giveUp("\(endpoint.address): the server has lost our scripts") }
    }

    private func leaveIfUnfit(_ error: borrowing RedisReply) -> Bool {
        guard RedisErrorKind(error.bytes) == .unfit else { return false }
        let cause = String(decoding: RedisErrorKind.cause(of: error.bytes), as: UTF8.self)
        giveUp("\(endpoint.address): \(cause)")
        return true
    }

    func contextFailed(_ reason: String) { giveUp("\(endpoint.address): \(reason)") }

    /// Ends connections that other clients of the process have given up since the last time, ahead of the next command.
    func keepFence() {
        let generation = fence.generation
        guard generation != fenceGeneration else { return }
        fenceGeneration = generation
        guard let context, let runID = handshake.runID else { return }
        for connection in fence.connections(of: runID) {
            RedisHandshake.Step.kill(connection).write(&scratch, endpoint: endpoint, scripts: [])
            context.send(scratch)
            expect(.kill(connection), withinMilliseconds: settings.commandMilliseconds)
        }
    }
}
