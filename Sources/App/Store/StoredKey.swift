package import Orders

/// What a database has recorded of a request with an Idempotency-Key.
package struct StoredKey: Equatable, Sendable {
    package var record: KeyRecord
    /// Orders of the request that were created, whatever became of them since.
    package var orders: Int
}

extension KeyRecord {
    /// Whether the request recorded with `idSeed` was no longer remembered when this one was made.
    func outlives(_ idSeed: UUID?) -> Bool {
        guard let time = idSeed?.millisecondsSince1970, let own = self.idSeed.millisecondsSince1970 else { return true }
        return own >= time + IdempotencyKey.lifeMilliseconds
    }
}
