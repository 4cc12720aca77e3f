import Reactor

/// What an operator asked for, with the one who waits for it.
struct AdminRequest: Sendable {
    enum Task: Equatable, Sendable {
        case reset
        case seed(count: Int)
    }

    let task: Task
    /// The event loop that has the client.
    let loop: Int
    let token: ResponseToken
    /// By the wall clock, when it came.
    let millisecondsSince1970: UInt64
    /// When it is refused if its turn hasn't come: nobody should find orders deleted by a request of long ago.
    let deadline: Deadline
}

/// How it ended, on its way back to the loop.
struct AdminAnswer: Equatable, Sendable {
    let token: ResponseToken
    let outcome: AdminOutcome
}

enum AdminOutcome: Equatable, Sendable {
    case done(AdminRequest.Task)
    /// One sentence that says what was and what was not done.
    case failed(String)
}

/// Where answers go: the door of the event loop that has the client. Called on the admin thread.
protocol AdminAnswerSink: Sendable {
    func deliver(_ answer: AdminAnswer)
}

/// Why a reset or a seed could not go on.
struct AdminFailure: Error, Equatable, Sendable {
    /// One clause without secrets.
    let reason: String
    /// Nobody knows whether the step that failed has happened.
    var isUncertain = false
}
