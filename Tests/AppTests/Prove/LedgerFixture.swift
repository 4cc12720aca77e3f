import Orders

@testable import Prove

/// A ledger of one run, and what a service might show of its orders. Each event is a millisecond later.
struct LedgerFixture {
    static let run = "r"

    var ledger = Ledger(run: run)
    private(set) var now = 0

    static func id(_ number: Int) -> UUID { UUID(high: 0x0190_0000_0000_7000, low: 1 << 63 | UInt64(number)) }

    /// With order 0 created and acknowledged.
    static func created(isKeyed: Bool = false) -> LedgerFixture {
        var fixture = LedgerFixture()
        fixture.apply(.creating(order: 0, isKeyed: isKeyed), .created(order: 0, id: id(0)))
        return fixture
    }

    /// False when one of them doesn't follow from those before it.
    @discardableResult
    mutating func apply(_ events: JournalEvent...) -> Bool {
        events.reduce(true) { isGood, event in
            now += 1
            return ledger.apply(event, at: now) && isGood
        }
    }

    mutating func write(_ write: Int, _ change: Change = .patch, _ outcome: JournalEvent? = nil) {
        apply(.writing(order: 0, write: write, change), outcome ?? .acknowledged(order: 0, write: write))
    }

    static func order(_ number: Int = 0, status: String, id: UUID? = nil) -> ShownOrder {
        let order = ProveOrder(run: run, number: number)
        return ShownOrder(
            id: id ?? Self.id(number), customer: order.customer, status: status, items: order.items)
    }

    static func status(_ write: Int) -> ShownState { .order(order(status: "s\(write)")) }

    var floor: OrderRecord.Floor { ledger.orders[0].floor }

    /// A read of order 0 that began now, or when `asked` was the floor.
    @discardableResult
    mutating func read(
        _ shown: ShownState, asked: OrderRecord.Floor? = nil, isUnsure: Bool = false
    ) -> JournalEvent? {
        now += 1
        return ledger.judge(
            shown, of: 0, asked: asked ?? floor, isUnsure: isUnsure, from: "http://a:80", at: now)
    }

    /// How many violations of a kind there were.
    func count(_ kind: Violation.Kind) -> Int { ledger.violations.counts[kind] ?? 0 }

    /// All kinds: lost, doubled, wrong, stale.
    var counts: [Int] { Violation.Kind.allCases.map(count) }

    /// Order 0 at the end, as two URLs and their lists show it.
    mutating func conclude(reads: [ShownState], listed: [[ShownOrder]]) {
        let findings =
            reads.map {
                Ledger.EndFinding(finding: ledger.endFinding($0, of: 0), url: "http://a:80", isList: false)
            }
            + listed.map {
                Ledger.EndFinding(finding: ledger.endFinding(listed: $0, of: 0), url: "http://a:80", isList: true)
            }
        ledger.conclude(0, findings, at: now)
    }
}
