/// Answers that are told in pieces. While one is open no further request is taken; those that were taken before are
/// answered in their turn, in front of it and behind it.
extension HTTPConnection {
    enum StreamStart: Equatable {
        /// Nobody is there to read it.
        case useless
        /// Nothing may follow the head, or what came with it.
        case complete
        case open
    }

    func begin(_ token: ResponseToken, _ response: HTTPResponse) -> StreamStart {
        guard life.takesAnswers else { return .useless }
        precondition(response.status.allowsBody && !streams.contains { $0.sequence == token.sequence })
        var traits = token.traits
        let isChunked = !traits.contains(.knowsNoChunks)
        if !isChunked || (server.isClosing && queue.isLast(token.sequence)) {
            traits.insert(.closes)
            life.finish()
        }
        guard isChunked || queue.isLast(token.sequence) else {
            // HTTP/1.0, and more was asked for already: behind this answer there is no place for another one.
            doom()
            return .useless
        }
        server.scratch.removeAll()
        server.encodeHead(response, traits: traits, framing: isChunked ? .chunked : .untilClose, into: &server.scratch)
        let stream = ResponseStream(
            sequence: token.sequence, status: response.status, isChunked: isChunked, logTicket: token.logTicket,
            head: token.logTicket == 0 ? [] : [UInt8](server.scratch.bytes))
        let isNext = queue.isNext(token.sequence)
        if isNext { output.append(server.scratch.bytes) } else { queue.hold(token.sequence, server.scratch.bytes) }
        if traits.contains(.headOnly) {
            server.completeLine(stream)
            if isNext { advance() }
            return .complete
        }
        streams.append(stream)
        transport.limitSendBuffer(bytes: server.limits.streamSendBufferBytes)
        if isNext { markDirty() }
        guard append(token, response.body) else { return .complete }
        guard life.inputHasEnded || server.isDraining else { return .open }
        end(token)
        return .complete
    }

    /// False when the answer has ended, by ``end(_:)`` or with the connection.
    func append(_ token: ResponseToken, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard life.stage != .closed, let index = streams.firstIndex(where: { $0.sequence == token.sequence }) else {
            return false
        }
        guard !bytes.isEmpty else { return true }
        if queue.isNext(token.sequence) {
            streams[index].encode(bytes, into: &output)
            markDirty()
        } else {
            server.scratch.removeAll()
            streams[index].encode(bytes, into: &server.scratch)
            queue.extend(token.sequence, server.scratch.bytes)
        }
        guard unreadBytes(of: streams[index]) > server.limits.streamBytes else { return true }
        doom()
        return false
    }

    /// Does nothing when the answer has ended before.
    func end(_ token: ResponseToken) {
        guard let index = streams.firstIndex(where: { $0.sequence == token.sequence }) else { return }
        end(streams.remove(at: index))
    }

    private func end(_ stream: ResponseStream) {
        server.completeLine(stream)
        if queue.isNext(stream.sequence) {
            stream.encodeEnd(into: &output)
            advance()
        } else {
            server.scratch.removeAll()
            stream.encodeEnd(into: &server.scratch)
            queue.extend(stream.sequence, server.scratch.bytes)
        }
    }

    /// The client has sent its last, which is how one looks that has gone: who has no end to wait for would never know.
    func endStreams() { while let stream = streams.popLast() { end(stream) } }

    /// Ends what would hold the drain up. A reader that keeps us waiting is not waited for.
    func drainStreams() {
        if let stream = streams.first(where: { $0.sequence == queue.nextToSend }), phase == .writing,
            output.count <= stream.framedBytes
        {
            return doom()
        }
        endStreams()
    }

    /// For a connection that is given up.
    func completeLines() { while let stream = streams.popLast() { server.completeLine(stream) } }

    func isStreaming(_ token: ResponseToken) -> Bool { streams.contains { $0.sequence == token.sequence } }

    /// Whether the answer next in line is one of these.
    var isStreaming: Bool { !streams.isEmpty && streams.contains { $0.sequence == queue.nextToSend } }

    /// What the kernel has not taken yet. The output may begin with other answers; what is counted of those is counted
    /// too much for a moment, and never more than the stream itself has written.
    private func unreadBytes(of stream: ResponseStream) -> Int {
        queue.isNext(stream.sequence) ? min(output.count, stream.framedBytes) : stream.framedBytes
    }
}
