import Reactor

/// The requests under /admin, as one event loop handles them.
final class AdminAPI {
    private let answers: Answers

    init(answers: Answers) { self.answers = answers }

    func reset(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) { answers.failUnknown(token) }

    func seed(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) { answers.failUnknown(token) }
}
