extension SQLiteConnection {
    /// Runs `body` in one write transaction: all of it is committed, or nothing.
    ///
    /// The write lock is taken at the start, so that no step inside can be refused for being late.
    package func inWriteTransaction<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute("BEGIN IMMEDIATE")
        let result: Result
        do throws(SQLiteError) {
            result = try body()
        } catch {
            rollBack()
            throw error
        }
        try commit()
        return result
    }

    /// Commits the open transaction. When that fails it is rolled back; ``SQLiteError/outcome`` says how sure that is.
    package func commit() throws(SQLiteError) {
        do throws(SQLiteError) {
            try execute("COMMIT")
        } catch {
            rollBack()
            throw error.asCommitFailure()
        }
    }

    /// Ends the transaction without its changes; does nothing when SQLite has already done so.
    package func rollBack() {
        guard !isOutsideTransaction else { return }
        // It can fail only by an I/O error, and then SQLite has left the transaction all the same.
        try? execute("ROLLBACK")
    }
}
