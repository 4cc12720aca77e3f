import Orders
import Reactor
package import Store

/// The dead letters of the queue file, for an operator: to list, replay and discard.
///
/// One thread at a time uses it. Other connections, also of other processes, may work on the file meanwhile.
package final class EmbeddedDeadLetters: DeadLetters {
    private let connection: SQLiteConnection
    private let sequences: EmbeddedQueueSequences
    private let partitions: Int

    private static let columns = "number, job_id, body, reason, attempts, failed_at"
    /// Letters that are read at once.
    private static let pageLength = 1_000

    package init(_ connection: consuming SQLiteConnection, partitions: Int) throws(SQLiteError) {
        self.partitions = partitions
        sequences = try EmbeddedQueueSequences(connection)
        self.connection = connection
    }

    package func list(limit: Int) throws -> [ListedLetter] { try letters(limit: limit).map(Self.listed) }

    package func letter(_ name: LetterName) throws -> ListedLetter? { try find(name).map(Self.listed) }

    package func replay(_ selection: LetterSelection) throws -> Int {
        let clock = UUIDv7Clock()
        var ids = UUIDv7Generator(clock: clock)
        return try count(selection) { (letter) throws(SQLiteError) in
            let partition = LetterContent(letter.body).orderID?.partition(of: partitions) ?? 0
            let id = ids.next(nanosecondsSince1970: WallClock.nanoseconds())
            return try requeue(letter.number, as: id, into: partition) != nil
        }
    }

    package func discard(_ selection: LetterSelection) throws -> Int {
        try count(selection) { (letter) throws(SQLiteError) in try remove(letter.number) }
    }

    /// Does `action` to the selected letters, and returns how often it was true.
    private func count(
        _ selection: LetterSelection, where action: (DeadLetter) throws(SQLiteError) -> Bool
    ) throws(SQLiteError) -> Int {
        if case .one(let name) = selection {
            guard let letter = try find(name) else { return 0 }
            return try action(letter) ? 1 : 0
        }
        // A job that dies again meanwhile gets a higher number.
        var (count, last, left) = (0, Int64(0), try count())
        while left > 0 {
            let page = try letters(after: last, limit: min(left, Self.pageLength))
            guard let end = page.last else { break }
            for letter in page where try action(letter) { count += 1 }
            last = end.number
            left -= page.count
        }
        return count
    }

    // MARK: As the file has them

    package func count() throws(SQLiteError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM dead_letters") ?? 0)
    }

    /// Up to `limit` letters with numbers above `number`, the oldest first.
    package func letters(after number: Int64 = 0, limit: Int) throws(SQLiteError) -> [DeadLetter] {
        let select = try SQLiteStatement(
            connection, "SELECT \(Self.columns) FROM dead_letters WHERE number > ? ORDER BY number LIMIT ?")
        try select.bind(1, number)
        try select.bind(2, Int64(limit))
        var letters: [DeadLetter] = []
        while try select.step() { letters.append(Self.letter(of: select)) }
        return letters
    }

    func find(_ name: LetterName) throws(SQLiteError) -> DeadLetter? {
        let column =
            switch name {
            case .number: "number"
            case .id: "job_id"
            }
        let select = try SQLiteStatement(connection, "SELECT \(Self.columns) FROM dead_letters WHERE \(column) = ?")
        switch name {
        case .number(let number): try select.bind(1, number)
        case .id(let id): try select.bind(1, id)
        }
        return try select.step() ? Self.letter(of: select) : nil
    }

    /// False when the letter was gone already.
    package func remove(_ number: Int64) throws(SQLiteError) -> Bool {
        let delete = try SQLiteStatement(connection, "DELETE FROM dead_letters WHERE number = ?")
        try delete.bind(1, number)
        return try delete.runCountingChanges() > 0
    }

    /// Queues the job once more, as a message of its own at the end of `partition`, and removes the letter, in one
    /// transaction. Returns the message's sequence; nil when the letter was gone already, so doing it twice does no
    /// harm.
    func requeue(_ number: Int64, as messageID: UUID, into partition: Int) throws(SQLiteError) -> Int64? {
        precondition(partition >= 0 && partition < partitions)
        let insert = try SQLiteStatement(
            connection,
            """
            INSERT INTO messages (position, message_id, jobs, body)
            SELECT ?, ?, 1, body FROM dead_letters WHERE number = ?
            """)
        return try connection.inWriteTransaction { () throws(SQLiteError) -> Int64? in
            sequences.forget()
            try sequences.refresh()
            let sequence = sequences.next()
            try insert.bind(1, EmbeddedQueuePosition.of(partition: partition, sequence: sequence))
            try insert.bind(2, messageID)
            try insert.bind(3, number)
            guard try insert.runCountingChanges() > 0 else { return nil }
            _ = try remove(number)
            return sequence
        }
    }

    private static func letter(of row: borrowing SQLiteStatement) -> DeadLetter {
        DeadLetter(
            number: row.integer(0), jobID: row.uuid(1), body: row.withBlob(2) { [UInt8]($0) },
            reason: row.withText(3) { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" },
            attempts: Int(row.integer(4)), failedAtMilliseconds: row.integer(5))
    }

    private static func listed(_ letter: DeadLetter) -> ListedLetter {
        ListedLetter(
            name: String(letter.number), content: LetterContent(letter.body), body: letter.body,
            failedAtMilliseconds: letter.failedAtMilliseconds, attempts: letter.attempts, reason: letter.reason)
    }
}

@available(*, unavailable)
extension EmbeddedDeadLetters: Sendable {}
