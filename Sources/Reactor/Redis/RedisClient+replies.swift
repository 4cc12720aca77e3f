// Replies, and their absence.
extension RedisClient: RedisContextOwner {
    func contextReplied(_ reply: borrowing RedisReply) {
        lastReply = loop.now
        guard let origin = pending.popFirst() else { preconditionFailure("a reply without a command") }
        switch origin {
        case .command(let handler, let tag):
            let hasLostScripts = reply.kind == .error && reply.bytes.starts(with: "NOSCRIPT".utf8)
            handler.redisReplied(reply, tag: tag)
            if hasLostScripts { giveUp("\(endpoint.address): the server has lost our scripts") }
        case .handshake: handshakeReplied(reply)
        case .ping:
            if reply.kind == .error { giveUp("\(endpoint.address): \(reply.text)") }
        // Whatever the answer: that connection is over, or we may not end it.
        case .kill(let connection): fence.forget([connection])
        case .none: preconditionFailure("a command was answered twice")
        }
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

    /// Called at the oldest command's deadline, or earlier; there is no timer for each command.
    func checkHealth() {
        let now = loop.now
        if let deadline = pending.deadline {
            if now < deadline { return arm(milliseconds: deadline.milliseconds(from: now)) }
            // A loop that stood still itself has replies to read first. One that drips in doesn't get much longer.
            let grace = deadline.advanced(byMilliseconds: settings.commandMilliseconds)
            if lastReply == now && now < grace { return arm(milliseconds: settings.pingMilliseconds / 8) }
            return giveUp("\(endpoint.address): no answer within \(settings.commandMilliseconds) ms")
        }
        let ping = lastReply.advanced(byMilliseconds: settings.idleMilliseconds)
        if now < ping {
            return arm(milliseconds: min(ping.milliseconds(from: now), settings.commandMilliseconds))
        }
        guard let context else { return }
        RedisHandshake.Step.ping.write(&scratch, endpoint: endpoint, scripts: [])
        context.send(scratch)
        expect(.ping, withinMilliseconds: settings.pingMilliseconds)
        arm(milliseconds: settings.pingMilliseconds)
    }
}
