import Orders
import Reactor

/// The statements for idempotency keys, inside a transaction that somebody else opened.
final class SQLiteRecordedKeys {
    private let insert: SQLiteStatement
    private let select: SQLiteStatement
    private let replace: SQLiteStatement
    private let prune: SQLiteStatement
    /// The bytes of a fingerprint; statements read them here.
    private var fingerprint = ByteBuffer(capacity: SHA256Digest.byteCount)

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        insert = try SQLiteStatement(
            connection,
            """
            INSERT INTO idempotency_keys (idempotency_key, position, fingerprint, seed, created) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (idempotency_key, position) DO NOTHING
            """)
        select = try SQLiteStatement(
            connection, "SELECT seed FROM idempotency_keys WHERE idempotency_key = ? AND position = ?")
        replace = try SQLiteStatement(
            connection,
            """
            UPDATE idempotency_keys SET fingerprint = ?3, seed = ?4, created = ?5
            WHERE idempotency_key = ?1 AND position = ?2
            """)
        prune = try SQLiteStatement(
            connection,
            """
            DELETE FROM idempotency_keys WHERE (idempotency_key, position) IN
            (SELECT idempotency_key, position FROM idempotency_keys WHERE created < ? ORDER BY created LIMIT ?)
            """)
    }

    /// Records that the order with this mark is being created; false when it was before.
    func record(
        _ mark: KeyMark, _ text: UnsafeRawBufferPointer, now: UInt64
    ) throws(SQLiteError) -> Bool {
        fingerprint.removeAll()
        mark.record.fingerprint.withUnsafeBytes { fingerprint.append($0) }
        try bind(insert, mark, text, now)
        if try insert.runCountingChanges() > 0 { return true }
        let known = try idSeed(mark, text)
        if known == mark.record.idSeed { return false }
        if mark.record.outlives(known) {
            try bind(replace, mark, text, now)
            try replace.run()
        }
        return true
    }

    /// Deletes at most `limit` of those that were recorded before `boundary`.
    func prune(before boundary: Int64, limit: Int) throws(SQLiteError) {
        try prune.bind(1, boundary)
        try prune.bind(2, Int64(limit))
        try prune.run()
    }

    private func bind(
        _ statement: borrowing SQLiteStatement, _ mark: KeyMark, _ text: UnsafeRawBufferPointer, _ now: UInt64
    ) throws(SQLiteError) {
        try statement.bind(1, blob: mark.key.of(text))
        try statement.bind(2, Int64(mark.position))
        try statement.bind(3, blob: fingerprint.bytes)
        try statement.bind(4, mark.record.idSeed)
        try statement.bind(5, Int64(now))
    }

    private func idSeed(_ mark: KeyMark, _ text: UnsafeRawBufferPointer) throws(SQLiteError) -> UUID? {
        defer { select.reset() }
        try select.bind(1, blob: mark.key.of(text))
        try select.bind(2, Int64(mark.position))
        return try select.step() ? select.uuid(0) : nil
    }
}

@available(*, unavailable)
extension SQLiteRecordedKeys: Sendable {}
