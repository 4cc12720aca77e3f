package import Store

/// Where workers store the dead letters of the queue that they serve.
package protocol DeadLetterSink: AnyObject {
    /// Returns when all of `letters` are durable. Blocks. When it throws ``StoreError/notSetAside(reason:)`` the same
    /// letters may be stored again.
    func store(_ letters: [DeadLetter]) throws(StoreError)
}
