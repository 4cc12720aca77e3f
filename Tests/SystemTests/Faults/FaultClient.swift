import Glibc
import TestServers

/// A client that creates, updates, reads and deletes orders of its own while something fails, and notes in a tally what
/// it was told.
struct FaultClient {
    /// What the fault at hand may do to an answer, and what it may not.
    struct Tolerance: Sendable {
        /// Redis is away or comes back empty: what still waits in the queue may be shown as it was before.
        var staleReads = false
        /// MariaDB is away: what is in no cache can't be read.
        var databaseIsAway = false
        /// An instance is killed: its connections end.
        var lostConnections = false
    }

    /// Leaves time for the service on a machine of two cores; the load is no measurement.
    private static let thinkMicroseconds: UInt32 = 3_000

    private let name: String
    private let client: RecordingClient
    private let tally: Tally
    private let tolerance: Tolerance
    private var random: SeededGenerator
    /// Orders of this client that were not deleted.
    private var alive: [String] = []
    private var deleted: [String] = []
    private var writes = 0

    init(name: String, _ client: RecordingClient, _ tally: Tally, _ tolerance: Tolerance, seed: UInt64) {
        self.name = name
        self.client = client
        self.tally = tally
        self.tolerance = tolerance
        random = SeededGenerator(seed: seed)
    }

    mutating func run(until stop: StopFlag) {
        while !stop.isSet {
            do throws(ClientError) {
                try step()
            } catch .refused where tolerance.lostConnections {
            } catch .ended where tolerance.lostConnections {
            } catch {
                tally.note("\(name): \(error)")
            }
            usleep(Self.thinkMicroseconds)
        }
    }

    private mutating func step() throws(ClientError) {
        let dice = Int.random(in: 0..<100, using: &random)
        guard dice >= 35, let index = alive.indices.randomElement(using: &random) else { return try create() }
        switch dice {
        case ..<60: try update(alive[index])
        case ..<68: try delete(alive.remove(at: index))
        case ..<75: try read(deleted.randomElement(using: &random) ?? alive[index])
        default: try read(alive[index])
        }
    }

    private mutating func create() throws(ClientError) {
        writes += 1
        let customer = "\(name)-\(writes)"
        tally.willCreate(customer)
        let answer = try unlessRefused({ tally.refusedCreate(customer) }) { () throws(ClientError) in
            try client.create(TestOrder(customer: customer))
        }
        if answer.status == 202, let id = answer.json["order_id"]?.text {
            tally.created(customer, id: id)
            alive.append(id)
        } else if isRefusal(answer, of: "POST \(customer)") {
            tally.refusedCreate(customer)
        }
    }

    private mutating func update(_ id: String) throws(ClientError) {
        writes += 1
        let status = "s\(writes)"
        try write(id, .status(status)) { () throws(ClientError) in try client.update(id, status: status) }
    }

    private mutating func delete(_ id: String) throws(ClientError) {
        // Whatever becomes of it, nothing is written to this order any more.
        deleted.append(id)
        try write(id, .gone) { () throws(ClientError) in try client.delete(id) }
    }

    private func write(
        _ id: String, _ new: Tally.OrderState, _ send: () throws(ClientError) -> HTTPAnswer
    ) throws(ClientError) {
        tally.willWrite(id, new)
        let answer = try unlessRefused({ tally.refusedWrite(id, new) }, send)
        if answer.status == 202 {
            tally.wrote(id, new)
        } else if answer.status == 404 && tolerance.staleReads {
            tally.refusedWrite(id, new)
        } else if isRefusal(answer, of: "\(id) to \(new)") {
            tally.refusedWrite(id, new)
        }
    }

    private func read(_ id: String) throws(ClientError) {
        tally.checkRead(
            id, try client.show(id), mayBeStale: tolerance.staleReads, mayLackDatabase: tolerance.databaseIsAway)
    }

    /// A connection that nobody took carried no request.
    private func unlessRefused(
        _ refused: () -> Void, _ send: () throws(ClientError) -> HTTPAnswer
    ) throws(ClientError) -> HTTPAnswer {
        do throws(ClientError) {
            return try send()
        } catch {
            if error == .refused { refused() }
            throw error
        }
    }

    /// Whether the answer promises that nothing was stored. What is no 503 with a reason should not have come at all.
    private func isRefusal(_ answer: HTTPAnswer, of what: String) -> Bool {
        guard answer.status == 503, let sentence = answer.error, answer["retry-after"] != nil else {
            tally.note("\(what): \(answer.status) \(answer.text) \(answer.headers)")
            return false
        }
        return !sentence.contains("may or may not")
    }
}
