// Does the server still answer, and is it still the primary that it was? One timer asks both.
extension RedisClient {
    /// Called when one of the times below has come, or earlier; there is no timer for each command.
    func checkHealth() {
        let now = loop.now
        if let deadline = pending.deadline, now >= deadline { return checkOverdue(deadline) }
        if now >= nextRoleCheck {
            nextRoleCheck = now.advanced(byMilliseconds: settings.roleMilliseconds)
            ask(.replicationInfo, .role)
        } else if pending.count == 0 && now >= nextPing {
            ask(.ping, .ping)
        }
        armForHealth()
    }

    func armForHealth() {
        // A command that is sent meanwhile must be answered within that time.
        let nextCommand = loop.now.advanced(byMilliseconds: settings.commandMilliseconds)
        let next = min(pending.deadline ?? min(nextPing, nextCommand), nextRoleCheck)
        arm(milliseconds: next.milliseconds(from: loop.now))
    }

    private var nextPing: Deadline { lastReply.advanced(byMilliseconds: settings.idleMilliseconds) }

    private func checkOverdue(_ deadline: Deadline) {
        // A loop that stood still itself has replies to read first. One that drips in doesn't get much longer.
        let grace = deadline.advanced(byMilliseconds: settings.commandMilliseconds)
        if lastReply == loop.now && loop.now < grace { return arm(milliseconds: settings.pingMilliseconds / 8) }
        giveUp("\(endpoint.address): no answer within \(settings.commandMilliseconds) ms")
    }

    private func ask(_ step: RedisHandshake.Step, _ origin: PendingCommands.Origin) {
        guard let context else { return }
        // Behind commands it comes no earlier than they do.
        let limit = pending.count == 0 ? settings.pingMilliseconds : settings.commandMilliseconds
        step.write(&scratch, endpoint: endpoint, scripts: [])
        context.send(scratch)
        expect(origin, withinMilliseconds: limit)
    }

    /// A demotion goes unseen by a client that only reads, since a replica answers reads.
    func roleReplied(_ reply: borrowing RedisReply) {
        guard phase == .connected else { return }
        // Even one that may not ask any more is left: the next handshake finds out what may be asked.
        if reply.kind == .error { return giveUp("\(endpoint.address): \(reply.text)") }
        guard reply.kind == .string, let replication = RedisReplication(reply.bytes) else {
            return giveUp("\(endpoint.address): INFO was answered with something else than a role")
        }
        if replication.isReplica { return giveUp("\(endpoint.address): \(RedisHandshake.replicaRefusal)") }
        // It may have been a replica between two checks, and have the data of another server.
        guard replication.replicationID == handshake.replication?.replicationID else {
            return giveUp("\(endpoint.address): the server has another replication id")
        }
    }
}
