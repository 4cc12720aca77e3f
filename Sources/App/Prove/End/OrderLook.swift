import Orders
import Reactor

/// One look at many orders, at every URL, on several threads.
final class OrderLook: Sendable {
    struct Found: Sendable {
        var findings: [Int: [Ledger.EndFinding]] = [:]
        /// One sentence for each URL that did not answer.
        var unanswered: [String] = []
        fileprivate var silent: Set<Int> = []
    }

    private let book: Book
    private let urls: [ProveURL]
    private let orders: [(number: Int, id: UUID)]
    private let deadline: Deadline
    private let found = Monitor(Found())

    init(_ book: Book, _ urls: [ProveURL], _ orders: [(Int, UUID)], until deadline: Deadline) {
        self.book = book
        self.urls = urls
        self.orders = orders.map { ($0, $1) }
        self.deadline = deadline
    }

    func run(threads count: Int) -> Found {
        let threads = (0..<count).map { number in
            Thread(name: "prove-\(number)") { [self] in look(from: number, step: count) }
        }
        for thread in threads { thread.join() }
        return found.withLock { $0 }
    }

    private func look(from first: Int, step: Int) {
        let client = ProveClient(urls, startingAt: 0)
        for index in stride(from: first, to: orders.count, by: step) {
            let (order, id) = orders[index]
            var findings = look(order, id, client)
            // What one of them showed first is what the others must show too.
            if Set(findings.map(\.finding)).count > 1 { findings = look(order, id, client) }
            found.withLock { $0.findings[order] = findings }
        }
    }

    /// At all URLs that answer.
    private func look(_ order: Int, _ id: UUID, _ client: ProveClient) -> [Ledger.EndFinding] {
        urls.indices.compactMap { url in
            guard !found.withLock({ $0.silent.contains(url) }) else { return nil }
            do throws(NoAnswer) {
                let reply = try client.sendUntilAnswered(.read(id), to: url, until: deadline)
                guard let shown = client.decoder.shown(reply) else { return nil }
                let name = "\(urls[url])"
                let finding = book.withState { $0.look(shown, order, name) }
                return Ledger.EndFinding(finding: finding, url: name, isList: false)
            } catch {
                silence(url, error)
                return nil
            }
        }
    }

    private func silence(_ url: Int, _ error: NoAnswer) {
        found.withLock { found in
            guard found.silent.insert(url).inserted else { return }
            found.unanswered.append("not all orders were looked at on \(urls[url]): \(error.reason)")
        }
    }
}
