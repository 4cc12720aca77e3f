import Synchronization

/// A client that posts, patches and deletes orders of its own as fast as it is answered, and notes it all in a tally.
struct LoadClient {
    private let name: String
    private let tally: Tally
    private var random: SeededGenerator
    /// Orders of this client that are there for sure.
    private var ids: [String] = []
    private var writes = 0

    init(name: String, tally: Tally, seed: UInt64) {
        self.name = name
        self.tally = tally
        random = SeededGenerator(seed: seed)
    }

    /// Writes until the server goes away or `isStopped` is set. Whatever is answered must be a 202, or 503 if that
    /// `mayRefuse`.
    mutating func run(_ client: HTTPClient, isStopped: StopFlag, mayRefuse: Bool = false) {
        while !isStopped.isSet {
            do throws(ClientError) {
                let answer = try writeOnce(client)
                guard answer.status == 202 || (mayRefuse && answer.status == 503) else {
                    return tally.note("\(name): \(answer.status) \(answer.text)")
                }
            } catch .refused, .ended {
                return
            } catch {
                return tally.note("\(name): \(error)")
            }
        }
    }

    private mutating func writeOnce(_ client: HTTPClient) throws(ClientError) -> HTTPAnswer {
        writes += 1
        let dice = Int.random(in: 0..<100, using: &random)
        guard dice >= 45, let index = ids.indices.randomElement(using: &random) else { return try create(client) }
        let id = ids[index]
        if dice < 80 {
            let status = "s\(writes)"
            tally.willWrite(id, .status(status))
            let answer = try client.update(id, status: status)
            if answer.status == 202 { tally.wrote(id, .status(status)) }
            return answer
        }
        // Whatever becomes of the delete, nothing is written to this order any more.
        ids.remove(at: index)
        tally.willWrite(id, .gone)
        let answer = try client.delete(id)
        if answer.status == 202 { tally.wrote(id, .gone) }
        return answer
    }

    private mutating func create(_ client: HTTPClient) throws(ClientError) -> HTTPAnswer {
        let customer = "\(name)-\(writes)"
        tally.willCreate(customer)
        let answer = try client.create(TestOrder(customer: customer))
        if answer.status == 202, let id = answer.json["order_id"]?.text {
            tally.created(customer, id: id)
            ids.append(id)
        }
        return answer
    }
}

/// Tells threads to come to an end.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
