/// Stores dead letters in the queue file: the committer takes them into its next transaction.
final class EmbeddedDeadLetterSink: DeadLetterSink {
    private let inbox: CommitInbox

    init(_ inbox: CommitInbox) { self.inbox = inbox }

    func store(_ letters: [DeadLetter]) throws(StoreError) {
        do throws(SQLiteError) {
            try inbox.setAside(letters)
        } catch {
            throw .notSetAside(reason: error.description)
        }
    }
}
