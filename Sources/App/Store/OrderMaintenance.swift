package import Orders

/// What is done to all orders at once, and asked about them. Blocks.
package protocol OrderMaintenance: AnyObject {
    /// Deletes all orders, their items, the keys of their requests and what is recorded of deleted ones, and sets the
    /// total to none. No reader and no worker sees half of it. What was created up to the newest version of any job
    /// does not come back, however late and by whomever it is delivered.
    ///
    /// - Returns: that version.
    func removeAllOrders() throws(StoreError) -> OrderVersion

    /// Whether deletes of all these orders were applied. For deletes of the last day: later they may be forgotten.
    func haveDeleted(_ orders: [UUID]) throws(StoreError) -> Bool

    /// That of the last ``removeAllOrders()``, by whichever instance; `none` when there was none.
    func newestReset() throws(StoreError) -> OrderVersion

    /// The newest version that the database knows, of all partitions. A clock that gives versions must begin above it.
    func highestVersion() throws(StoreError) -> OrderVersion
}
