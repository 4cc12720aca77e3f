/// The dead letters of a queue, as an operator works with them.
package protocol DeadLetters: AnyObject {
    /// Up to `limit` letters, the oldest first.
    func list(limit: Int) throws -> [ListedLetter]
    func letter(_ name: LetterName) throws -> ListedLetter?
    /// Queues the jobs once more, behind all that waits, and removes their letters. Returns how many letters that were.
    func replay(_ selection: LetterSelection) throws -> Int
    /// Removes letters for good. Returns how many that were.
    func discard(_ selection: LetterSelection) throws -> Int
}

/// Which letters an operator means. Only letters that are there now: a job that dies again meanwhile is not among them.
package enum LetterSelection: Equatable {
    case all
    case one(LetterName)
}

/// A letter as an operator sees it.
package struct ListedLetter: Equatable {
    package var name: String
    package var content: LetterContent
    package var body: [UInt8]
    /// Since 1970; 0 when nobody says.
    package var failedAtMilliseconds: Int64
    package var attempts: Int
    package var reason: String
}
