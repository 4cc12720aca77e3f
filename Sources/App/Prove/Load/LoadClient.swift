import Orders
import Reactor

/// One client of a run: writes and reads, one request after the other, until the time is over. On a thread of its own.
struct LoadClient {
    /// Before the next request, when one was refused or cut.
    private static let pauseMilliseconds = 50

    private let book: Book
    private let urls: [ProveURL]
    private let client: ProveClient
    private var random = SystemRandomNumberGenerator()
    /// An order whose POST, which had a key, is of unknown fate; and when to try again.
    private var undecided: (order: Int, retryAt: Deadline)?

    init(_ book: Book, urls: [ProveURL], number: Int) {
        self.book = book
        self.urls = urls
        client = ProveClient(urls, startingAt: number)
    }

    mutating func run(until end: Deadline) {
        while .now() < end, book.journalFailure == nil { takeStep() }
    }

    /// Retries a POST of unknown fate until it is decided, or `deadline` has passed.
    mutating func settle(until deadline: Deadline) {
        while undecided != nil, .now() < deadline { retry() }
    }

    private mutating func takeStep() {
        if let undecided, undecided.retryAt <= .now() { return retry() }
        let dice = Int.random(in: 0..<1_000_000, using: &random)
        guard let step = book.nextStep(dice: dice, mayUseKey: undecided == nil) else { return pause() }
        switch step {
        case .create(let order, let isKeyed):
            let outcome = write(step, .create)
            book.created(order, outcome)
            if isKeyed, case .unknown = outcome { undecided = (order, Self.nextRetry()) }
        case .repeatCreation(let order): book.repeated(order, write(step, .create))
        case .write(let order, _, let write, let change): book.wrote(order, write: write, self.write(step, change))
        case .read(let order, _, let asked): read(step, order, asked)
        }
    }

    private mutating func retry() {
        guard let order = undecided?.order else { return }
        let step = book.retry(order)
        book.created(order, write(step, .create), isRetry: true)
        undecided = book.isDecided(order) ? nil : (order, Self.nextRetry())
        if undecided != nil { pause() }
    }

    private static func nextRetry() -> Deadline { .now().advanced(byMilliseconds: 200) }

    private func write(_ step: LoadStep, _ change: Change) -> WriteOutcome {
        do throws(ExchangeFailure) {
            let reply = try client.send(step.request(run: book.run), to: client.nextURL())
            let decoder = client.decoder
            let outcome = WriteOutcome(
                reply, orderID: reply.status == 202 ? decoder.orderID(reply.body) : nil,
                error: decoder.error(reply.body), to: change)
            if change == .create, reply.status == 501 { book.refusesKeys() }
            if reply.status >= 500 { pause() }
            return outcome
        } catch {
            pause()
            return WriteOutcome(error)
        }
    }

    private func read(_ step: LoadStep, _ order: Int, _ asked: OrderRecord.Floor) {
        let url = client.nextURL()
        do throws(ExchangeFailure) {
            let reply = try client.send(step.request(run: book.run), to: url)
            guard let shown = client.decoder.shown(reply) else {
                book.readWasRefused()
                return pause()
            }
            book.showed(order, shown, asked: asked, isUnsure: reply.bypassedCache, from: "\(urls[url])")
        } catch {
            book.readWasRefused()
            pause()
        }
    }

    private func pause() { Deadline.now().advanced(byMilliseconds: Self.pauseMilliseconds).sleep() }
}

extension ReplyDecoder {
    /// nil when the answer only says that the request should come again.
    func shown(_ reply: HTTPReply) -> ShownState? {
        switch reply.status {
        case 200: order(reply.body).map { .order($0) } ?? .other("no order: \(reply.summary)")
        case 404: .nothing
        case 408, 429, 500...: nil
        default: .other(reply.summary)
        }
    }
}
