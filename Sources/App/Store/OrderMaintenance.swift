package import Orders

/// What is done to all orders at once, and asked about the messages that changed them. Blocks.
package protocol OrderMaintenance: AnyObject {
    /// Deletes all orders, their items and the keys of their requests, and sets the total to none. No reader and no
    /// worker sees half of it. The applied messages stay known: they may still be delivered again.
    func removeAllOrders() throws(StoreError)

    /// Whether all of `messages` were applied. For messages of the last seconds: later they may be forgotten.
    func haveApplied(_ messages: [QueuedMessage]) throws(StoreError) -> Bool
}

/// A message under the name by which the database remembers it.
package struct QueuedMessage: Equatable, Sendable {
    package let partition: Int
    package let id: UUID

    package init(partition: Int, id: UUID) {
        self.partition = partition
        self.id = id
    }
}
