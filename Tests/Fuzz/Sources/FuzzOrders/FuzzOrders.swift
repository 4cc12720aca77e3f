import Reactor
import Reference

@testable import Orders

/// The first byte says what the rest is: an order, a batch or a status.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let body = Array(bytes[1...])
    switch bytes[0] % 3 {
    case 0: order(body)
    case 1: batch(body)
    default: status(body)
    }
    return 0
}

private let id = UUID(high: 0x0189_0a5d_ac96_774b, low: 0xbcce_b302_099a_8057)
private let idText = "01890a5d-ac96-774b-bcce-b302099a8057"

private func order(_ body: [UInt8]) {
    var decoder = OrderDecoder(maximumBodyBytes: 1 << 16)
    var output = ByteBuffer()
    let json = ReferenceJSON(body)
    let order = lending(body) { bytes in try? decoder.decodeOrder(bytes, id: id, into: &output) }
    judge(order, output.bytes, expected: json.flatMap(ReferenceOrder.init), mayBeRefused: mayBeRefused(json))
}

private func batch(_ body: [UInt8]) {
    var decoder = OrderDecoder(maximumBodyBytes: 1 << 16)
    let json = ReferenceJSON(body)
    var orders: [ReferenceJSON]?
    if case .array(let elements) = json, 1...1000 ~= elements.count { orders = elements }
    guard let count = lending(body, { bytes in try? decoder.openBatch(bytes) }) else {
        guard orders == nil || mayBeRefused(json) else { fatalError("a batch was refused") }
        return
    }
    guard count == orders?.count else { fatalError("\(count) orders, not \(orders?.count ?? -1)") }
    for expected in orders ?? [] {
        var output = ByteBuffer()
        let order = try? decoder.decodeNextOrder(id: id, into: &output)
        judge(order, output.bytes, expected: ReferenceOrder(expected), mayBeRefused: false)
    }
}

private func status(_ body: [UInt8]) {
    var decoder = OrderDecoder(maximumBodyBytes: 1 << 16)
    var output = ByteBuffer()
    let json = ReferenceJSON(body)
    let expected = json?["status"]?.text(upTo: 20)
    guard let range = lending(body, { bytes in try? decoder.decodeStatus(bytes, into: &output) }) else {
        guard expected == nil || mayBeRefused(json) else { fatalError("a status was refused") }
        guard output.isEmpty else { fatalError("a refusal wrote something") }
        return
    }
    guard let expected, ReferenceJSON(Array(range.of(output.bytes)))?.text(upTo: 20) == expected else {
        fatalError("the status is not as the reference reads it")
    }
}

/// What was accepted must say what the reference says, in canonical JSON that is decoded to itself.
private func judge(
    _ order: EncodedOrder?, _ output: UnsafeRawBufferPointer, expected: ReferenceOrder?, mayBeRefused: Bool
) {
    guard let order else {
        guard expected == nil || mayBeRefused else { fatalError("an order was refused that the contract accepts") }
        guard output.isEmpty else { fatalError("a refusal wrote something") }
        return
    }
    guard let expected else { fatalError("an order was accepted that the contract refuses") }
    let canonical = Array(order.bytes.of(output))
    guard case .object(let fields) = ReferenceJSON(canonical) else { fatalError("no JSON object came of it") }
    guard fields.map(\.key) == ["order_id", "customer_name", "status", "items"], fields[0].value == .string(idText),
        ReferenceOrder(.object(fields)) == expected
    else { fatalError("the order is not as the reference reads it") }
    var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
    var again = ByteBuffer()
    let second = lending(canonical) { bytes in try? decoder.decodeOrder(bytes, id: id, into: &again) }
    guard second == order, Array(again.bytes) == canonical else { fatalError("canonical JSON changed when decoded") }
    guard OrderJSON.statusRange(in: output) == order.status else { fatalError("the status lies elsewhere") }
}

/// Known limits of ours that RFC 8259 section 9 allows: depth, and numbers beyond 64 bits in fields that nobody reads.
private func mayBeRefused(_ json: ReferenceJSON?) -> Bool {
    guard let json else { return true }
    return json.depth > 30 || json.hasLongNumber
}

/// Lends memory of exactly the size that the parser may read, whose end the address sanitizer watches.
private func lending<Result>(_ body: [UInt8], _ work: (UnsafeRawBufferPointer) -> Result) -> Result {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count + JSONParser.padding, alignment: 1)
    defer { room.deallocate() }
    room.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "7"))
    room.copyBytes(from: body)
    return work(UnsafeRawBufferPointer(rebasing: room[..<body.count]))
}
