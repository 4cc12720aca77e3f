package import Reactor

/// What an operator asked for, with the one who waits for it.
package struct AdminRequest: Sendable {
    package enum Task: Equatable, Sendable {
        case reset
        case seed(count: Int)
    }

    package let task: Task
    /// The event loop that has the client.
    package let loop: Int
    package let token: ResponseToken
    /// When it is refused if its turn hasn't come: nobody should find orders deleted by a request of long ago.
    package let deadline: Deadline

    package init(task: Task, loop: Int, token: ResponseToken, deadline: Deadline) {
        self.task = task
        self.loop = loop
        self.token = token
        self.deadline = deadline
    }
}

/// How it ended, on its way back to the loop.
package struct AdminAnswer: Equatable, Sendable {
    package let token: ResponseToken
    package let outcome: AdminOutcome
}

package enum AdminOutcome: Equatable, Sendable {
    case done(AdminRequest.Task)
    /// One sentence that says what was and what was not done.
    case failed(String)
}

/// Where answers go: the door of the event loop that has the client. Called on the admin thread.
package protocol AdminAnswerSink: Sendable {
    func deliver(_ answer: AdminAnswer)
}

/// Why a reset or a seed could not go on.
package struct AdminFailure: Error, Equatable, Sendable {
    /// One clause without secrets.
    let reason: String
    /// Nobody knows whether the step that failed has happened.
    var isUncertain = false
}
