/// A transaction with SQLite is not tried again at once. It holds the only write lock from its beginning, so it meets
/// no other one. A statement that found the database locked has waited for the whole busy timeout.
struct SQLiteTransactionRetries: TransactionRetries {
    mutating func decide(after failure: SQLiteError) -> RetryDecision { .giveUp }
}
