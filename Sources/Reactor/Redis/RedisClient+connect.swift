import Glibc

// From nothing to a connection that has said what it must: look up, connect, TLS, handshake.
extension RedisClient: LoopNameLookupOwner, SocketConnectorOwner, TLSTunnelOwner {
    func beginAttempt() {
        guard let lookup else { return }
        phase = .lookingUp
        arm(milliseconds: settings.connectMilliseconds)
        // The name may mean another server by now, so it is asked for each time.
        if !lookup.isRunning { lookup.start(host: endpoint.host, port: endpoint.port) }
    }

    func lookupEnded(_ outcome: NameLookup.Outcome) {
        guard phase == .lookingUp else { return }
        switch outcome {
        case .failed(let reason): giveUp("look up \(endpoint.host): \(reason)")
        case .addresses(let addresses):
            candidates = addresses.reversed()
            connectNext(otherwise: "look up \(endpoint.host): no address")
        }
    }

    /// Tries the next address, for as long as one attempt may take. A server that answers and refuses us in the
    /// handshake counts as an address that failed: of the servers behind one name, the first may be a replica.
    func connectNext(otherwise reason: String) {
        var reason = reason
        while let address = candidates.popLast() {
            do {
                connector = try SocketConnector(address, loop: loop, owner: self)
                phase = .connecting
                return arm(milliseconds: attemptMilliseconds)
            } catch {
                reason = connectFailure(error)
            }
        }
        giveUp(reason)
    }

    private var attemptMilliseconds: Int {
        tls == nil ? settings.connectMilliseconds : settings.tlsConnectMilliseconds
    }

    private func connectFailure(_ error: SystemError) -> String {
        "connect to \(endpoint.address): \(String(cString: strerror(error.code)))"
    }

    func connectTimedOut() {
        connector?.cancel()
        connector = nil
        connectNext(otherwise: "connect to \(endpoint.address): no answer within \(attemptMilliseconds) ms")
    }

    func connectorFailed(_ error: SystemError) {
        connector = nil
        connectNext(otherwise: connectFailure(error))
    }

    func connectorFinished(_ socket: consuming FileDescriptor) {
        connector = nil
        phase = .greeting
        do {
            if let tls {
                let pair = try SocketPair()
                tunnel = try TLSTunnel(
                    tls, host: endpoint.host, server: socket, local: pair.far, loop: loop, owner: self)
                context = try RedisContext(socket: pair.near, loop: loop, settings: settings, owner: self)
            } else {
                context = try RedisContext(socket: socket, loop: loop, settings: settings, owner: self)
            }
        } catch {
            return giveUp("connect to \(endpoint.address): \(error)")
        }
        // Behind TLS these wait in the socket pair.
        handshake = RedisHandshake(endpoint: endpoint, scriptCount: settings.scripts.count)
        send(handshake.steps[...])
    }

    private func send(_ steps: ArraySlice<RedisHandshake.Step>) {
        guard let context else { return }
        for step in steps {
            step.write(&scratch, endpoint: endpoint, scripts: settings.scripts)
            context.send(scratch)
            expect(.handshake, withinMilliseconds: attemptMilliseconds)
        }
        // A long script or a secret need not stay in memory.
        scratch.release()
    }

    func handshakeReplied(_ reply: borrowing RedisReply) {
        guard phase == .greeting else { return }
        switch handshake.take(reply) {
        case .wait: break
        case .refuse(let reason): giveUp("\(endpoint.address): \(reason)")
        case .fence:
            // Read before the notes: one that comes between the two is seen again.
            fenceGeneration = fence.generation
            let abandoned = handshake.runID.map { fence.connections(of: $0) } ?? []
            if abandoned.isEmpty { finishHandshake() } else { send(handshake.addKills(abandoned)) }
        case .finish: finishHandshake()
        }
    }

    private func finishHandshake() {
        fence.forget(handshake.killed)
        phase = .connected
        candidates = []
        connectedSince = loop.now
        lastReply = loop.now
        nextRoleCheck =
            handshake.replication == nil ? .never : loop.now.advanced(byMilliseconds: settings.roleMilliseconds)
        armForHealth()
        report(.connected(handshake.makeIdentity()))
    }

    var greetingTimeout: String {
        let party = tunnel?.isUp == false ? "TLS with \(endpoint.address)" : endpoint.address
        return "\(party): no answer within \(attemptMilliseconds) ms"
    }

    func tunnelFailed(_ reason: String) { giveUp("TLS with \(endpoint.address): \(reason)") }
}
