import Reactor

/// Ends the flights that reads of the database were started for, and tells those who wait. Called on reader threads.
package protocol ReadCompletion: Sendable {
    func complete(_ flight: FlightID, _ result: FlightResult)

    /// `page` is nil when the read failed.
    func complete(_ flight: FlightID, page: UnsafeRawBufferPointer?)
}

/// The flights of the caches in memory.
package struct MemoryReads: ReadCompletion {
    package let cache: MemoryCache
    package let lists: ListCache
    package let pool: ReaderPool

    package init(cache: MemoryCache, lists: ListCache, pool: ReaderPool) {
        self.cache = cache
        self.lists = lists
        self.pool = pool
    }

    package func complete(_ flight: FlightID, _ result: FlightResult) {
        var waiters: [Waiter] = []
        var answer = ByteBuffer()
        switch cache.complete(flight, result, now: .now(), waiters: &waiters, answer: &answer) {
        case .found(let order): pool.tell(waiters, .order(order), [UInt8](answer.bytes))
        case .missing(let since): pool.tell(waiters, .missing(since: since), [])
        case .failed: pool.tell(waiters, .failed, [])
        }
    }

    package func complete(_ flight: FlightID, page: UnsafeRawBufferPointer?) {
        var waiters: [Waiter] = []
        let body = page.map { [UInt8]($0) }
        lists.complete(flight, page: body, now: .now(), waiters: &waiters)
        pool.tell(waiters, body == nil ? .failed : .page, body ?? [])
    }
}
