/// Before anything is written: at least one URL is the service, and none is something else. An instance that is away
/// may come back.
enum ServiceCheck {
    static func run(_ urls: [ProveURL]) throws(ProveFailure) {
        let client = ProveClient(urls, startingAt: 0)
        var reasons: [String] = []
        for (number, url) in urls.enumerated() {
            if let reason = try absence(client, number, url) { reasons.append("\(url): \(reason)") }
        }
        guard reasons.count < urls.count else { throw .noInstance(reasons.joined(separator: ", ")) }
    }

    /// Why the service isn't there now; nil when it is.
    private static func absence(_ client: ProveClient, _ number: Int, _ url: ProveURL) throws(ProveFailure) -> String? {
        let reply: HTTPReply
        do throws(ExchangeFailure) {
            reply = try client.send(.list(after: nil, limit: 1), to: number)
        } catch {
            return "\(error)"
        }
        if reply.status == 200, client.decoder.page(reply.body) != nil { return nil }
        guard reply.status >= 500 else { throw .notSpillway("\(url)", reply.summary) }
        return reply.summary
    }
}
