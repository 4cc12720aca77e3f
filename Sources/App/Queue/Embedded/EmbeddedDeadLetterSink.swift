package import Store

/// Stores dead letters in the queue file: the committer takes them into its next transaction.
package final class EmbeddedDeadLetterSink: DeadLetterSink {
    private let inbox: CommitInbox

    package init(_ inbox: CommitInbox) { self.inbox = inbox }

    package func store(_ letters: [DeadLetter]) throws(StoreError) {
        do throws(SQLiteError) {
            try inbox.setAside(letters)
        } catch {
            throw .notSetAside(reason: error.description)
        }
    }
}
