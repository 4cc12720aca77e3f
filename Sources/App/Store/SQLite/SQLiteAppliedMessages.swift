import Orders

/// The statements for the table of messages that were applied, inside a transaction that somebody else opened.
final class SQLiteAppliedMessages {
    private let insert: SQLiteStatement
    private let deleteOlder: SQLiteStatement
    private let deleteOne: SQLiteStatement
    private let select: SQLiteStatement

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        insert = try SQLiteStatement(
            connection, "INSERT INTO applied_messages (partition, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
        deleteOlder = try SQLiteStatement(
            connection, "DELETE FROM applied_messages WHERE partition = ? AND message_id < ?")
        deleteOne = try SQLiteStatement(
            connection, "DELETE FROM applied_messages WHERE partition = ? AND message_id = ?")
        select = try SQLiteStatement(
            connection, "SELECT 1 FROM applied_messages WHERE partition = ? AND message_id = ?")
    }

    /// Records `messages`, and sets for each of them whether it was there already.
    func record(_ messages: [UUID], _ partition: Int, isKnown: inout [Bool]) throws(SQLiteError) {
        isKnown.removeAll(keepingCapacity: true)
        try insert.bind(1, Int64(partition))
        for message in messages {
            try insert.bind(2, message)
            isKnown.append(try insert.runCountingChanges() == 0)
        }
    }

    func forget(_ messages: ForgottenMessages, _ partition: Int) throws(SQLiteError) {
        switch messages {
        case .nothing: break
        case .olderThan(let oldest):
            try deleteOlder.bind(1, Int64(partition))
            try deleteOlder.bind(2, oldest)
            try deleteOlder.run()
        case .these(let messages):
            try deleteOne.bind(1, Int64(partition))
            for message in messages {
                try deleteOne.bind(2, message)
                try deleteOne.run()
            }
        }
    }

    func contains(_ message: QueuedMessage) throws(SQLiteError) -> Bool {
        try select.bind(1, Int64(message.partition))
        try select.bind(2, message.id)
        defer { select.reset() }
        return try select.step()
    }
}

@available(*, unavailable)
extension SQLiteAppliedMessages: Sendable {}
