package import Reactor

/// Turns request bodies into canonical order JSON, refusing all that docs/contract.md section 1 refuses. One per event
/// loop; in the steady state it allocates nothing.
///
/// ``JSONParser/padding`` bytes behind each body must be readable.
package struct OrderDecoder: ~Copyable {
    private var parser: JSONParser
    /// What is left of the batch that was parsed last.
    private var batch: JSONArray.Iterator?

    /// Bodies over `maximumBodyBytes` are rejected; the HTTP layer should have refused them before.
    package init(maximumBodyBytes: Int) {
        parser = JSONParser(maximumBytes: maximumBodyBytes)
    }

    /// Appends the order in `body`, under the given id, to `buffer`; a rejection leaves the buffer as it was.
    package mutating func decodeOrder(
        _ body: UnsafeRawBufferPointer, id: UUID, into buffer: inout ByteBuffer
    ) throws(OrderRejection) -> EncodedOrder {
        guard case .object(let object) = try parse(body) else { throw .bodyNotAnObject() }
        return try Self.encode(object, id: id, into: &buffer)
    }

    /// Parses the body of POST /orders/batch and returns how many orders it holds; take each, in turn, with
    /// ``decodeNextOrder(id:into:)``. Any other call in between ends the batch.
    package mutating func openBatch(_ body: UnsafeRawBufferPointer) throws(OrderRejection) -> Int {
        guard case .array(let orders) = try parse(body), (1...OrderLimits.batchOrders).contains(orders.count)
        else { throw .batch() }
        batch = orders.makeIterator()
        return orders.count
    }

    /// ``decodeOrder(_:id:into:)`` for the next order of the open batch; a rejected one does not end the batch.
    package mutating func decodeNextOrder(
        id: UUID, into buffer: inout ByteBuffer
    ) throws(OrderRejection) -> EncodedOrder {
        guard let value = batch?.next() else { preconditionFailure("no order left, or no batch open") }
        guard case .object(let object) = value else { throw .orderNotAnObject() }
        return try Self.encode(object, id: id, into: &buffer)
    }

    /// Appends the status in `body` to `buffer`, as a JSON string with its quotes; returns its range in `buffer.bytes`.
    package mutating func decodeStatus(
        _ body: UnsafeRawBufferPointer, into buffer: inout ByteBuffer
    ) throws(OrderRejection) -> ByteRange {
        guard case .object(let object) = try parse(body) else { throw .bodyNotAnObject() }
        let text = try OrderFields.status(of: object)
        let start = buffer.count
        buffer.append(jsonString: text)
        return ByteRange(start: start, count: buffer.count - start)
    }

    private mutating func parse(_ body: UnsafeRawBufferPointer) throws(OrderRejection) -> JSONValue {
        batch = nil
        do throws(JSONError) {
            return try parser.parse(body)
        } catch {
            throw .notJSON(error)
        }
    }

    private static func encode(
        _ object: JSONObject, id: UUID, into buffer: inout ByteBuffer
    ) throws(OrderRejection) -> EncodedOrder {
        let fields = try OrderFields(object)
        let start = buffer.count
        let status = OrderJSON.appendStart(
            id: id, customerName: fields.customerName, status: fields.statusOrDefault, into: &buffer)
        do throws(OrderRejection) {
            var index = 0
            for value in fields.items {
                let item = try OrderItemFields(value, index: index)
                OrderJSON.appendItem(name: item.name, quantity: item.quantity, isFirst: index == 0, into: &buffer)
                index += 1
            }
        } catch {
            buffer.truncate(to: start)
            throw error
        }
        OrderJSON.appendEnd(into: &buffer)
        return EncodedOrder(bytes: ByteRange(start: start, count: buffer.count - start), status: status)
    }
}
