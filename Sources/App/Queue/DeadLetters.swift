/// The dead letters of a queue, as an operator works with them.
protocol DeadLetters: AnyObject {
    /// Up to `limit` letters, the oldest first.
    func list(limit: Int) throws -> [ListedLetter]
    func letter(_ name: LetterName) throws -> ListedLetter?
    /// Queues the jobs once more, behind all that waits, and removes their letters. Returns how many letters that were.
    func replay(_ selection: LetterSelection) throws -> Int
    /// Removes letters for good. Returns how many that were.
    func discard(_ selection: LetterSelection) throws -> Int
}

/// Which letters an operator means. Only letters that are there now: a job that dies again meanwhile is not among them.
enum LetterSelection: Equatable {
    case all
    case one(LetterName)
}

/// A letter as an operator sees it.
struct ListedLetter: Equatable {
    var name: String
    var content: LetterContent
    var body: [UInt8]
    /// Since 1970; 0 when nobody says.
    var failedAtMilliseconds: Int64
    var attempts: Int
    var reason: String
}
