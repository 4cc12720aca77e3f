import Orders
import Reactor

/// The crash ledger: writes and reads orders of its own through all URLs while somebody kills whatever they like, and
/// says in the end which promises were kept (docs/contract.md section 2).
package struct ProveRun: Sendable {
    private static let poolSizePerClient = 4

    private let options: ProveOptions
    /// Part of the names of its orders; no two runs have the same.
    package let name: String

    package init(_ options: ProveOptions) {
        precondition(!options.urls.isEmpty)
        self.options = options
        name = String(UInt64.random(in: 0..<1 << 40), radix: 36)
    }

    /// Blocks until it is done: for the time of the load, and as long as it takes until all is applied.
    package func run() throws(ProveFailure) -> ProveVerdict {
        try ServiceCheck.run(options.urls)
        let journal: Journal? =
            if let path = options.journalPath { try Journal(creating: path) } else { nil }
        let book = Book(run: name, poolSize: options.clients * Self.poolSizePerClient, journal: journal)
        let settled = load(book)
        if let reason = book.journalFailure { throw .file(options.journalPath ?? "", reason: reason) }
        return look(book, until: settled, seconds: options.seconds)
    }

    /// Looks at the orders of an earlier run, by its journal.
    package static func verify(_ path: String, _ options: ProveOptions) throws(ProveFailure) -> ProveVerdict {
        let ledger = try Ledger(journalAt: path)
        try ServiceCheck.run(options.urls)
        let deadline = Deadline.now().advanced(byMilliseconds: options.settleSeconds * 1_000)
        return ProveRun(options).look(Book(ledger), until: deadline, seconds: ledger.lastMilliseconds / 1_000)
    }

    /// Returns until when all must be applied.
    private func load(_ book: Book) -> Deadline {
        let end = Deadline.now().advanced(byMilliseconds: options.seconds * 1_000)
        let settled = end.advanced(byMilliseconds: options.settleSeconds * 1_000)
        let threads = (0..<options.clients).map { number in
            Thread(name: "prove-\(number)") { [options] in
                var client = LoadClient(book, urls: options.urls, number: number)
                client.run(until: end)
                client.settle(until: settled)
            }
        }
        end.sleep()
        book.withState { $0.note(.ended) }
        for thread in threads { thread.join() }
        return settled
    }

    private func look(_ book: Book, until deadline: Deadline, seconds: Int) -> ProveVerdict {
        let look = FinalLook(book, urls: options.urls, clients: options.clients, until: deadline)
        look.run()
        return ProveVerdict(book.ledger, seconds: seconds, unanswered: look.unanswered)
    }
}

extension Ledger {
    /// What the journal at `path` says.
    init(journalAt path: String) throws(ProveFailure) {
        let lines = try Journal.lines(of: path)
        guard case .run(let name)? = lines.first?.event else { throw .journalIsOfNoRun(path) }
        self.init(run: name)
        for (index, line) in lines.enumerated() {
            guard apply(line.event, at: line.milliseconds) else { throw .journalLine(path, number: index + 1) }
        }
    }
}
