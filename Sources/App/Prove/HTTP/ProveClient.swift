import Reactor

/// Sends requests to the URLs of a run and reads the answers. For one thread.
final class ProveClient {
    /// How long a request may take.
    static let timeoutMilliseconds = 10_000

    private let connections: [ProveConnection]
    private var rotation: URLRotation
    /// Reads the bodies of answers.
    let decoder = ReplyDecoder()

    /// - Parameter first: the number of the URL that its first request goes near.
    init(_ urls: [ProveURL], startingAt first: Int) {
        connections = urls.map { ProveConnection($0) }
        rotation = URLRotation(count: urls.count, startingAt: first)
    }

    /// The number of the URL that is next in turn.
    func nextURL() -> Int { rotation.next(at: Self.now()) }

    func send(_ request: HTTPRequest, to url: Int) throws(ExchangeFailure) -> HTTPReply {
        let deadline = Deadline.now().advanced(byMilliseconds: Self.timeoutMilliseconds)
        do throws(ExchangeFailure) {
            return try connections[url].exchange(request, until: deadline)
        } catch {
            if error == .timedOut { rotation.timedOut(url, at: Self.now()) }
            throw error
        }
    }

    private static func now() -> Int { Int(Deadline.now().nanoseconds / 1_000_000) }
}
