import Reactor

/// All pages of the list of one URL, of which the orders of a run are kept.
struct ListWalk {
    static let pageSize = 1_000

    /// The orders of the run by their numbers; each is there once, when all is well.
    private(set) var orders: [Int: [ShownOrder]] = [:]
    /// Of everybody's orders, those that the pages held.
    private(set) var count = 0
    private var totals: Set<Int> = []

    /// A sentence when the pages don't hold what their total says, though it stayed the same all the way.
    var gap: String? {
        guard totals.count == 1, let total = totals.first, total != count else { return nil }
        return "total_orders is \(total), and the pages hold \(count)"
    }

    mutating func add(_ page: ListPage, run: String) {
        totals.insert(page.total)
        count += page.orders.count
        for order in page.orders {
            guard let number = ProveOrder.number(order.customer, run: run) else { continue }
            orders[number, default: []].append(order)
        }
    }

    /// Reads them all; asks again for a page that is refused until `deadline`. Throws the last reason then.
    static func read(_ client: ProveClient, url: Int, run: String, until deadline: Deadline) throws(NoAnswer) -> Self {
        var walk = ListWalk()
        var cursor: String?
        repeat {
            let reply = try client.sendUntilAnswered(
                .list(after: cursor, limit: pageSize), to: url, until: deadline)
            guard reply.status == 200, let page = client.decoder.page(reply.body) else {
                throw NoAnswer(reason: "GET /orders is answered \(reply.summary)")
            }
            walk.add(page, run: run)
            cursor = page.next
        } while cursor != nil
        return walk
    }
}

/// A URL did not answer in the end.
struct NoAnswer: Error, Equatable {
    let reason: String
}

extension ProveClient {
    private static let againMilliseconds = 100

    /// Sends a GET until somebody answers who doesn't ask to come again.
    func sendUntilAnswered(_ request: HTTPRequest, to url: Int, until deadline: Deadline) throws(NoAnswer) -> HTTPReply
    {
        while true {
            var reason: String
            do throws(ExchangeFailure) {
                let reply = try send(request, to: url)
                if reply.status < 500, reply.status != 429, reply.status != 408 { return reply }
                reason = reply.summary
            } catch {
                reason = "\(error)"
            }
            guard .now() < deadline else { throw NoAnswer(reason: reason) }
            Deadline.now().advanced(byMilliseconds: Self.againMilliseconds).sleep()
        }
    }
}
