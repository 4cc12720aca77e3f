/// Answers that are whole when they are given, in the order of their requests.
extension HTTPConnection {
    /// Puts an answer in its place; false when it is of no use any more.
    func respond(_ token: ResponseToken, _ response: HTTPResponse) -> Bool {
        guard life.takesAnswers else { return false }
        let sequence = token.sequence
        var traits = token.traits
        if server.isClosing && queue.isLast(sequence) {
            traits.insert(.closes)
            life.finish()
        }
        if queue.isNext(sequence) {
            server.encode(response, traits: traits, logTicket: token.logTicket, into: &output)
            advance()
        } else {
            server.scratch.removeAll()
            server.encode(response, traits: traits, logTicket: token.logTicket, into: &server.scratch)
            queue.hold(sequence, server.scratch.bytes)
        }
        return true
    }

    /// The answer next in line is in the output: those that waited for it follow, up to one that is not whole.
    func advance() {
        queue.sent()
        while let held = queue.popNext() {
            held.withUnsafeBytes { output.append($0) }
            if isStreaming { break }
            queue.sent()
        }
        payContinue()
        markDirty()
        if life.takesRequests && !input.isEmpty { deferRest() }
    }

    func payContinue() {
        guard life.payContinue(hasUnanswered: queue.unanswered > 0) else { return }
        output.append(ResponseHead.continueLine)
        markDirty()
    }
}
