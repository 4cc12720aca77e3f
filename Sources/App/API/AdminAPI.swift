import Reactor

/// What the event loops need for the requests under /admin.
struct AdminDoor: Sendable {
    /// Nil: closed.
    var password: AdminPassword?
    let inbox: AdminInbox
    /// Which loop of the process it is.
    let loop: Int
}

/// The requests under /admin, as one event loop handles them: it checks who asks and for what; the admin thread does it.
final class AdminAPI {
    /// How long a task may wait for the one before it.
    private static let patienceMilliseconds = 30_000

    private let answers: Answers
    private let door: AdminDoor
    private var parser = JSONParser(maximumBytes: AdminBody.maximumBytes)
    private var body = ByteBuffer()

    init(answers: Answers, door: AdminDoor) {
        self.answers = answers
        self.door = door
    }

    func reset(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) {
        handle(request, token, server) { (_) throws(AdminRefusal) in .reset }
    }

    func seed(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) {
        handle(request, token, server) { (body) throws(AdminRefusal) in .seed(count: try body.checkedCount()) }
    }

    private func handle(
        _ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer,
        _ task: (AdminBody) throws(AdminRefusal) -> AdminRequest.Task
    ) {
        do throws(AdminRefusal) {
            submit(try task(try check(request, server)), token)
        } catch {
            switch error {
            case .closed: answers.fail(.forbidden, "nobody may do this: no ADMIN_PASSWORD is set", to: token)
            case .unauthorized:
                answers.fail(
                    .unauthorized,
                    "the admin password is wrong or missing: send it as X-Admin-Password or as \"password\"",
                    lines: "WWW-Authenticate: X-Admin-Password\r\n", to: token)
            case .malformed(let sentence): answers.fail(.badRequest, sentence, to: token)
            }
        }
    }

    /// The header wins over the body.
    private func check(_ request: HTTPRequest, _ server: HTTPServer) throws(AdminRefusal) -> AdminBody {
        guard let password = door.password else { throw .closed }
        if let offered = server.value(of: "x-admin-password", in: request) {
            guard password.matches(offered) else { throw .unauthorized }
            return try AdminBody(request.body, &parser)
        }
        let body = try AdminBody(request.body, &parser)
        guard let offered = body.password, password.matches(offered) else { throw .unauthorized }
        return body
    }

    private func submit(_ task: AdminRequest.Task, _ token: ResponseToken) {
        let request = AdminRequest(
            task: task, loop: door.loop, token: token, millisecondsSince1970: WallClock.nanoseconds() / 1_000_000,
            patience: .now().advanced(byMilliseconds: Self.patienceMilliseconds))
        guard door.inbox.submit(request) else {
            return answers.shed(.admin, "too many resets and seeds are waiting; nothing was done", to: token)
        }
    }

    /// The admin thread has done it, or given it up.
    func tell(_ answer: AdminAnswer) {
        switch answer.outcome {
        case .done(.reset): tell(.ok, "All orders were deleted", to: answer.token)
        case .done(.seed(let count)): tell(.created, "\(count) orders were added", to: answer.token)
        case .failed(let sentence):
            answers.shed(.admin, sentence, to: answer.token)
        }
    }

    private func tell(_ status: HTTPStatus, _ message: String, to token: ResponseToken) {
        body.removeAll()
        body.append("{\"message\":\"")
        // Our own words: nothing in them needs an escape.
        body.append(string: message)
        body.append("\"}")
        answers.send(status, body.bytes, to: token)
    }
}
