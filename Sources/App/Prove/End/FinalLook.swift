import Orders
import Reactor

/// The last look at all orders of a run: at every URL, in the list and one by one, again and again until all is as it
/// must be or the time is over. What isn't so then is a broken promise.
final class FinalLook {
    private static let againMilliseconds = 200

    private let book: Book
    private let urls: [ProveURL]
    private let clients: Int
    private let deadline: Deadline
    /// Why some of it could not be looked at.
    var unanswered: [String] { unansweredLists + unansweredReads }
    private var unansweredLists: [String] = []
    private var unansweredReads: [String] = []
    /// By order, what the lists showed at the last look, and what reads did.
    private var listed: [Int: [Ledger.EndFinding]] = [:]
    private var read: [Int: [Ledger.EndFinding]] = [:]
    private var gaps: [String] = []

    init(_ book: Book, urls: [ProveURL], clients: Int, until deadline: Deadline) {
        self.book = book
        self.urls = urls
        self.clients = clients
        self.deadline = deadline
    }

    /// First the lists: what they have has been applied. Then the orders one by one, which must show the same.
    func run() {
        repeatUntilRight { lookAtLists() }
        repeatUntilRight { lookAtOrders() }
        conclude()
    }

    private func repeatUntilRight(_ look: () -> Bool) {
        while !look(), .now() < deadline {
            Deadline.now().advanced(byMilliseconds: Self.againMilliseconds).sleep()
        }
    }

    // MARK: The list

    private func lookAtLists() -> Bool {
        listed = [:]
        gaps = []
        unansweredLists = []
        let client = ProveClient(urls, startingAt: 0)
        for url in urls.indices {
            do throws(NoAnswer) {
                take(try ListWalk.read(client, url: url, run: book.run, until: deadline), from: "\(urls[url])")
            } catch {
                unansweredLists.append("the list of \(urls[url]) was not looked at: \(error.reason)")
            }
        }
        return unansweredLists.isEmpty && gaps.isEmpty && listed.values.joined().allSatisfy(\.finding.fits)
    }

    private func take(_ walk: ListWalk, from url: String) {
        if let gap = walk.gap { gaps.append("the list of \(url): \(gap)") }
        book.withState { state in
            for order in state.ledger.orders.indices {
                let finding = state.look(walk.orders[order] ?? [], order, url)
                listed[order, default: []].append(
                    Ledger.EndFinding(finding: finding, url: url, isList: true))
            }
        }
        let strangers = walk.orders.keys.filter { $0 >= book.withState { $0.ledger.orders.count } }
        for number in strangers { gaps.append("the list of \(url) has an order \(number), which was never sent") }
    }

    // MARK: One by one

    private func lookAtOrders() -> Bool {
        let ids = book.withState { state in state.ledger.orders.compactMap { $0.id } }
        let numbers = book.withState { state in state.ledger.orders.filter { $0.id != nil }.map(\.number) }
        let pending = zip(numbers, ids).filter { number, _ in
            read[number].map { !$0.allSatisfy(\.finding.fits) || $0.count < urls.count } ?? true
        }
        let look = OrderLook(book, urls, pending, until: deadline)
        let found = look.run(threads: min(clients, 32))
        for (order, findings) in found.findings { read[order] = findings }
        unansweredReads = found.unanswered
        return found.unanswered.isEmpty && found.findings.values.joined().allSatisfy(\.finding.fits)
    }

    // MARK: What it comes to

    private func conclude() {
        book.withState { state in
            let now = state.now
            for order in state.ledger.orders.indices {
                state.ledger.conclude(order, (listed[order] ?? []) + (read[order] ?? []), at: now)
            }
            for gap in gaps { state.ledger.violations.note(.wrong, gap) }
        }
    }
}

extension Book.State {
    /// What the list shows of an order.
    fileprivate mutating func look(_ found: [ShownOrder], _ order: Int, _ url: String) -> Finding {
        let finding = ledger.endFinding(listed: found, of: order)
        if finding.fits, ledger.orders[order].id == nil, let id = found.first?.id {
            note(.found(order: order, id: id))
        }
        settle(order, finding, from: "the list of \(url)")
        return finding
    }

    /// What a GET shows of it.
    mutating func look(_ shown: ShownState, _ order: Int, _ url: String) -> Finding {
        let finding = ledger.endFinding(shown, of: order)
        settle(order, finding, from: url)
        return finding
    }

    private mutating func settle(_ order: Int, _ finding: Finding, from url: String) {
        let now = now
        if let news = ledger.settle(order, finding, from: url, at: now) { keep(news, at: now) }
    }
}
