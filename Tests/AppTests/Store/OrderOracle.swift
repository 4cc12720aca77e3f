import Reactor

@testable import Orders
@testable import Store

/// What a set of jobs has to lead to, in whatever order and however often they come: found without any of what the
/// stores do. Orders are named by numbers, and their changes all have different versions.
struct OrderOracle {
    enum Write: Equatable {
        case create(status: String)
        case update(status: String, version: Int)
        case delete(version: Int)

        var version: Int {
            switch self {
            case .create: 0
            case .update(_, let version), .delete(let version): version
            }
        }
    }

    struct Entry: Equatable {
        let order: Int
        let write: Write
    }

    /// Some writes for each of these orders.
    static func writes(to orders: Range<Int>, using random: inout some RandomNumberGenerator) -> [Entry] {
        orders.flatMap { order in
            var writes: [Write] = Int.random(in: 0..<5, using: &random) > 0 ? [.create(status: "new")] : []
            for version in 1...6 where Int.random(in: 0..<3, using: &random) == 0 {
                writes.append(
                    Bool.random(using: &random)
                        ? .update(status: "status \(version)", version: version) : .delete(version: version))
            }
            return writes.map { Entry(order: order, write: $0) }
        }
    }

    /// All of `entries` at least once, in a random order.
    static func delivery(of entries: [Entry], using random: inout some RandomNumberGenerator) -> [Entry] {
        let again =
            entries.filter { _ in Bool.random(using: &random) } + entries.filter { _ in Bool.random(using: &random) }
        return (entries + again).shuffled(using: &random)
    }

    /// As rows of `orders` and of `absent_orders`: id, status, version, and whether a creation is recorded.
    static func tables(after entries: [Entry]) -> (orders: [[String]], absent: [[String]]) {
        var (orders, absent): ([[String]], [[String]]) = ([], [])
        for order in Set(entries.map(\.order)).sorted() {
            let writes = entries.filter { $0.order == order }.map(\.write)
            guard let newest = writes.max(by: { $0.version < $1.version }) else { continue }
            let isCreated = writes.contains { if case .create = $0 { true } else { false } }
            let (id, version) = (testText(order), testVersion(newest.version).description)
            switch newest {
            case .create(let status): orders.append([id, status, "0"])
            case .update(let status, _) where isCreated: orders.append([id, status, version])
            case .update(let status, _): absent.append([id, status, version, "0"])
            case .delete: absent.append([id, "-", version, isCreated ? "1" : "0"])
            }
        }
        return (orders, absent)
    }
}

extension JobBatch {
    mutating func append(_ entry: OrderOracle.Entry) {
        switch entry.write {
        case .create(let status):
            create(entry.order, status: status, items: (0...entry.order % 3).map { ("item \($0)", Int32(1 + $0)) })
        case .update(let status, let version): update(entry.order, status: status, version: version)
        case .delete(let version): delete(entry.order, version: version)
        }
    }
}

extension StoreUnderTest {
    /// As ``OrderOracle/tables(after:)`` has them.
    func tables() throws -> (orders: [[String]], absent: [[String]]) {
        (
            try rows("SELECT id, status, version FROM orders ORDER BY id", columns: 3),
            try rows("SELECT id, status, version, body IS NOT NULL FROM absent_orders ORDER BY id", columns: 4)
        )
    }
}
