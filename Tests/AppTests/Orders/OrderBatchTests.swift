import Reactor
import Testing

@testable import Orders

@Suite struct OrderBatchTests {
    private let good = #"{"customer_name":"A","items":[{"name":"N","quantity":1}]}"#

    private func open(_ body: String, in decoder: inout OrderDecoder) -> Result<Int, OrderRejection> {
        Result { () throws(OrderRejection) in
            try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in try decoder.openBatch(bytes) }
        }
    }

    @Test("A batch yields an order or a sentence for each element, in order")
    func mixedBatch() {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        let bad = #"{"customer_name":"A","items":[{"name":"N","quantity":1},{"name":"N","quantity":0}]}"#
        #expect(open("[\(good),7,\(bad),{},\(good)]", in: &decoder) == .success(5))
        var buffer = ByteBuffer()
        var outcomes: [String] = []
        for number in 1...5 {
            do throws(OrderRejection) {
                let order = try decoder.decodeNextOrder(id: UUID(high: 0, low: UInt64(number)), into: &buffer)
                outcomes.append("\(order.bytes.of(buffer.bytes).string.hasSuffix("\"quantity\":1}]}"))")
            } catch {
                outcomes.append(error.message)
            }
        }
        #expect(
            outcomes == [
                "true", "order must be a JSON object", "items[1].quantity must be an integer from 1 to 2147483647",
                "customer_name must be a text of 1 to 80 characters", "true",
            ])
        #expect(buffer.string.split(separator: "{\"order_id\"").count == 2)
    }

    @Test("A batch holds 1 to 1000 orders")
    func batchSize() {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
        let sentence = OrderRejection(message: "body must be an array of 1 to 1000 orders")
        func batch(_ count: Int) -> String { "[" + Array(repeating: good, count: count).joined(separator: ",") + "]" }
        #expect(open(batch(1), in: &decoder) == .success(1))
        #expect(open(batch(1000), in: &decoder) == .success(1000))
        #expect(open(batch(1001), in: &decoder) == .failure(sentence))
        #expect(open("[]", in: &decoder) == .failure(sentence))
        #expect(open(good, in: &decoder) == .failure(sentence))
        #expect(open("null", in: &decoder) == .failure(sentence))
    }
}
