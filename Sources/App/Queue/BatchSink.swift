/// Who takes the batches of the loops to the queue.
package protocol BatchSink: AnyObject, Sendable {
    /// From an event loop, which gets the batch back through its mailbox when all its writes are decided.
    func submit(_ batch: WriteBatch)
}

/// Where batches go back to when all their writes are decided: the door of the event loop that filled them.
package protocol SettledBatchSink: Sendable {
    /// From the thread that writes to the queue.
    func deliver(settled batches: [WriteBatch])
}
