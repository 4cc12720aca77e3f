import Cache
import Reactor

/// Claims in the memory of the process, as one loop makes them.
final class MemoryClaims: ClaimStore {
    private let table: ClaimTable
    /// Set once, by the service that has both.
    weak var requests: KeyedRequests?

    init(_ table: ClaimTable) { self.table = table }

    func claim(_ request: KeyedRequest) {
        requests?.claimed(
            request.number, table.claim(request.key, request.run.record, orders: request.run.orders))
    }

    func record(_ request: KeyedRequest) {
        table.finish(request.key, isApplied: request.outcome == nil)
        requests?.recorded(request.number)
    }

    func giveBack(_ request: KeyedRequest, _ end: ClaimEnd) { table.giveBack(request.key, end) }
}
