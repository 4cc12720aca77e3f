import Testing

extension SystemTests {
    /// A check that can't fail would prove nothing.
    @Suite("What a tally finds wrong") struct TallyTests {
        /// One order that was accepted and then updated, one that was deleted, one whose creation was refused, and one
        /// of which nobody knows.
        private static func tally() -> Tally {
            let tally = Tally()
            for customer in ["Ada", "Bob", "Cid", "Dan"] { tally.willCreate(customer) }
            tally.created("Ada", id: "1")
            tally.willWrite("1", .status("a"))
            tally.refusedWrite("1", .status("a"))
            tally.willWrite("1", .status("b"))
            tally.wrote("1", .status("b"))
            tally.created("Bob", id: "2")
            tally.willWrite("2", .gone)
            tally.wrote("2", .gone)
            tally.refusedCreate("Cid")
            return tally
        }

        private static func stored(_ customer: String, _ status: String = "received") -> TestOrder {
            var order = TestOrder(customer: customer)
            order.status = status
            return order
        }

        static let rightContents: [[String: TestOrder]] = [
            ["1": stored("Ada", "b")], ["1": stored("Ada", "b"), "4": stored("Dan")],
        ]

        @Test("Nothing, when each order is there once in its last acknowledged state", arguments: rightContents)
        func right(stored: [String: TestOrder]) {
            let tally = Self.tally()
            tally.check(stored)
            #expect(tally.violations.isEmpty, "\(tally.violations)")
        }

        static let wrongContents: [(what: String, stored: [String: TestOrder])] = [
            ("lost", [:]),
            ("lost update", ["1": stored("Ada")]),
            ("refused update applied", ["1": stored("Ada", "a")]),
            ("delete lost", ["1": stored("Ada", "b"), "2": stored("Bob")]),
            ("refused order stored", ["1": stored("Ada", "b"), "3": stored("Cid")]),
            ("never sent", ["1": stored("Ada", "b"), "5": stored("Eve")]),
            ("twice", ["1": stored("Ada", "b"), "6": stored("Ada")]),
            ("twice, of unknown outcome", ["1": stored("Ada", "b"), "4": stored("Dan"), "7": stored("Dan")]),
            ("other items", ["1": TestOrder(customer: "Ada", status: "b", items: [])]),
        ]

        @Test("What is lost, stale, twice there, or there against a promise", arguments: wrongContents)
        func wrong(what: String, stored: [String: TestOrder]) {
            let tally = Self.tally()
            tally.check(stored)
            #expect(!tally.violations.isEmpty, "\(what)")
        }

        @Test("An answer that shows an older state, unless that is allowed, and one that is no order in any case")
        func reads() {
            let tally = Self.tally()
            let (new, old) = (Self.answer(Self.stored("Ada", "b")), Self.answer(Self.stored("Ada")))
            tally.checkRead("1", new)
            tally.checkRead("1", old, mayBeStale: true)
            tally.checkRead("2", HTTPAnswer(status: 404, headers: [], body: []))
            #expect(tally.violations.isEmpty, "\(tally.violations)")
            tally.checkRead("1", old)
            #expect(tally.violations.count == 1)
            tally.checkRead("1", HTTPAnswer(status: 404, headers: [], body: []))
            #expect(tally.violations.count == 2)
            tally.checkRead("1", Self.answer(Self.stored("Bob", "b")), mayBeStale: true)
            #expect(tally.violations.count == 3)
            tally.checkRead("1", HTTPAnswer(status: 503, headers: [], body: []), mayBeStale: true)
            #expect(tally.violations.count == 4)
            tally.checkRead("2", HTTPAnswer(status: 503, headers: [], body: []), mayLackDatabase: true)
            #expect(tally.violations.count == 4)
            tally.checkRead("1", HTTPAnswer(status: 503, headers: [], body: []), mayLackDatabase: true)
            #expect(tally.violations.count == 5)
        }

        private static func answer(_ order: TestOrder) -> HTTPAnswer {
            let items = order.items.map { #"{"name":"\#($0.name)","quantity":\#($0.quantity)}"# }
            let id = order.customer == "Ada" ? "1" : "2"
            let body =
                #"{"order_id":"\#(id)","customer_name":"\#(order.customer)","status":"\#(order.status)","#
                + #""items":[\#(items.joined(separator: ","))]}"#
            return HTTPAnswer(status: 200, headers: [], body: Array(body.utf8))
        }
    }
}
