package import Admin
import Metrics
import Orders
import Reactor

/// What the event loops need for the requests under /admin.
package struct AdminAccess: Sendable {
    /// Nil: closed.
    package var password: AdminPassword?
    package let inbox: AdminInbox
    /// Which loop of the process it is.
    package let loop: Int

    package init(password: AdminPassword? = nil, inbox: AdminInbox, loop: Int) {
        self.password = password
        self.inbox = inbox
        self.loop = loop
    }
}

/// The requests under /admin, as one event loop handles them: it checks who asks and for what; the admin thread does
/// it.
package final class AdminAPI {
    /// How long a task may wait for the one before it.
    private static let startTimeoutMilliseconds = 30_000

    private let answers: Answers
    private let access: AdminAccess
    private var parser = JSONParser(maximumBytes: AdminBody.maximumBytes)

    package init(answers: Answers, access: AdminAccess) {
        self.answers = answers
        self.access = access
    }

    /// Whether the request brings the admin password; where it doesn't, this answers it.
    func admits(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) -> Bool {
        do throws(AdminRefusal) {
            try checkPassword(request, server)
            return true
        } catch {
            refuse(error, token)
            return false
        }
    }

    func reset(_ request: HTTPRequest, _ token: ResponseToken) {
        handle(request, token) { (_) throws(AdminRefusal) in .reset }
    }

    func seed(_ request: HTTPRequest, _ token: ResponseToken) {
        handle(request, token) { (body) throws(AdminRefusal) in .seed(count: try body.checkedCount()) }
    }

    private func handle(
        _ request: HTTPRequest, _ token: ResponseToken, _ task: (AdminBody) throws(AdminRefusal) -> AdminRequest.Task
    ) {
        do throws(AdminRefusal) {
            submit(try task(try AdminBody(request.body, &parser)), token)
        } catch {
            refuse(error, token)
        }
    }

    private func refuse(_ refusal: AdminRefusal, _ token: ResponseToken) {
        switch refusal {
        case .closed: answers.fail(.forbidden, "nobody may do this: no ADMIN_PASSWORD is set", to: token)
        case .unauthorized:
            answers.fail(
                .unauthorized,
                "the admin password is wrong or missing: send it as X-Admin-Password or as \"password\"",
                lines: "WWW-Authenticate: X-Admin-Password\r\n", to: token)
        case .malformed(let sentence): answers.fail(.badRequest, sentence, to: token)
        }
    }

    /// The header wins over the body.
    private func checkPassword(_ request: HTTPRequest, _ server: HTTPServer) throws(AdminRefusal) {
        guard let password = access.password else { throw .closed }
        if let offered = server.value(of: "x-admin-password", in: request) {
            guard password.matches(offered) else { throw .unauthorized }
        } else {
            guard let offered = try AdminBody(request.body, &parser).password, password.matches(offered) else {
                throw .unauthorized
            }
        }
    }

    private func submit(_ task: AdminRequest.Task, _ token: ResponseToken) {
        let request = AdminRequest(
            task: task, loop: access.loop, token: token,
            deadline: .now().advanced(byMilliseconds: Self.startTimeoutMilliseconds))
        guard access.inbox.submit(request) else {
            return answers.shed(.admin, "too many resets and seeds are waiting; nothing was done", to: token)
        }
    }

    /// The admin thread has done it, or given it up.
    package func tell(_ answer: AdminAnswer) {
        switch answer.outcome {
        case .done(.reset): tell(.ok, "All orders were deleted", to: answer.token)
        case .done(.seed(let count)): tell(.created, "\(count) orders were added", to: answer.token)
        case .failed(let sentence):
            answers.shed(.admin, sentence, to: answer.token)
        }
    }

    private func tell(_ status: HTTPStatus, _ message: String, to token: ResponseToken) {
        answers.send(status, to: token) { body in body.appendJSONObject { $0.member("message", message) } }
    }
}
