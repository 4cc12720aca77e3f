import Reactor
import Testing

@testable import Orders
@testable import Store

@Suite struct RecordedCreationTests {
    @Test("What a job creates is read again as it was, whatever its texts hold")
    func roundTrip() throws {
        let name = "\"\\\u{0}\u{1F}\n 日本 😀"
        var batch = JobBatch()
        batch.create(1, customer: name, items: [(name, .max), ("", 1)])
        var json = ByteBuffer()
        json.append(creationBy: batch.jobs[0], of: batch)
        let read = try #require(creation(json.string))
        #expect(read.customer == name)
        #expect(read.items == [Item(name: name, quantity: 2_147_483_647), Item(name: "", quantity: 1)])
    }

    @Test("NULL stays NULL, and an order may have no items")
    func nulls() {
        let order = #"{"customer_name":null,"items":[{"name":null,"quantity":null}]}"#
        #expect(creation(order) == Creation(customer: nil, items: [Item(name: nil, quantity: nil)]))
        #expect(creation(#"{"customer_name":"","items":[]}"#) == Creation(customer: "", items: []))
    }

    @Test(
        "What is cut or no object is not taken",
        arguments: ["", "{", #"{"customer_name":"a","items":[{"na"#, "[]", "7"])
    func damaged(json: String) { #expect(creation(json) == nil) }

    struct Item: Equatable {
        var name: String?
        var quantity: Int64?
    }

    struct Creation: Equatable {
        var customer: String?
        var items: [Item]
    }

    private func creation(_ json: String) -> Creation? {
        var buffer = ByteBuffer()
        buffer.append(string: json)
        guard let read = RecordedCreation(buffer.bytes) else { return nil }
        let items = read.items.map { Item(name: read.name(of: $0)?.string, quantity: $0.quantity) }
        return Creation(customer: read.customerName?.string, items: items)
    }
}
