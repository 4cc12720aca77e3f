package import Reactor

/// Writes queue messages (docs/contract.md section 5), one job a line:
///
///     {"job_id":"…","type":"create_order","payload":{…},"enqueued_at":1700000000000}⏎
///     {"job_id":"…","type":"delete_order","payload":{…},"version":111411200000000000,"enqueued_at":1700000000000}⏎
///
/// A create job needs no version of its own, because its order's id has one (``OrderVersion/init(ofCreation:)``).
///
/// A create job is written around its payload: ``appendCreateStart(jobID:into:)``, then the order's JSON right behind
/// it, then ``appendEnd(enqueuedAtMilliseconds:into:)``; so the order is encoded once, in place. When the order is
/// rejected, truncate to where the job started.
package enum JobEncoding {
    /// Everything before the payload, which is the order's JSON.
    package static func appendCreateStart(jobID: UUID, into buffer: inout ByteBuffer) {
        appendStart(.createOrder, jobID: jobID, into: &buffer)
    }

    /// Everything behind the payload. `enqueuedAtMilliseconds` counts from 1970.
    package static func appendEnd(enqueuedAtMilliseconds: UInt64, into buffer: inout ByteBuffer) {
        buffer.append(",\"enqueued_at\":")
        buffer.append(decimal: enqueuedAtMilliseconds)
        buffer.append("}\n")
    }

    /// The same for an order that was sent with an Idempotency-Key, as the one at `position` of its request:
    ///
    ///     …,"idempotency":{"key":"…","position":0,"fingerprint":"<64 hexadecimal digits>","seed":"…"}}⏎
    package static func appendEnd(
        enqueuedAtMilliseconds: UInt64, key: IdempotencyKey, position: Int, record: KeyRecord,
        into buffer: inout ByteBuffer
    ) {
        buffer.append(",\"enqueued_at\":")
        buffer.append(decimal: enqueuedAtMilliseconds)
        buffer.append(",\"idempotency\":{\"key\":")
        key.bytes.withUnsafeBytes { buffer.append(jsonString: $0) }
        buffer.append(",\"position\":")
        buffer.append(decimal: UInt64(position))
        buffer.append(",\"fingerprint\":\"")
        buffer.append(hex: record.fingerprint)
        buffer.append("\",\"seed\":\"")
        buffer.append(record.idSeed)
        buffer.append("\"}}\n")
    }

    /// Everything before the new status, a JSON string with its quotes, which the caller appends.
    package static func appendUpdateStart(jobID: UUID, orderID: UUID, into buffer: inout ByteBuffer) {
        appendStart(.updateOrderStatus, jobID: jobID, into: &buffer)
        appendOrderID(orderID, into: &buffer)
        buffer.append(",\"status\":")
    }

    /// Everything behind the new status.
    package static func appendUpdateEnd(
        version: OrderVersion, enqueuedAtMilliseconds: UInt64, into buffer: inout ByteBuffer
    ) {
        appendPayloadEnd(version, into: &buffer)
        appendEnd(enqueuedAtMilliseconds: enqueuedAtMilliseconds, into: &buffer)
    }

    /// A whole delete job.
    package static func appendDelete(
        jobID: UUID, orderID: UUID, version: OrderVersion, enqueuedAtMilliseconds: UInt64, into buffer: inout ByteBuffer
    ) {
        appendStart(.deleteOrder, jobID: jobID, into: &buffer)
        appendOrderID(orderID, into: &buffer)
        appendPayloadEnd(version, into: &buffer)
        appendEnd(enqueuedAtMilliseconds: enqueuedAtMilliseconds, into: &buffer)
    }

    private static func appendStart(_ kind: JobKind, jobID: UUID, into buffer: inout ByteBuffer) {
        buffer.append("{\"job_id\":\"")
        buffer.append(jobID)
        buffer.append("\",\"type\":\"")
        buffer.append(kind.name)
        buffer.append("\",\"payload\":")
    }

    private static func appendPayloadEnd(_ version: OrderVersion, into buffer: inout ByteBuffer) {
        buffer.append("},\"version\":")
        buffer.append(decimal: version.number)
    }

    private static func appendOrderID(_ orderID: UUID, into buffer: inout ByteBuffer) {
        buffer.append("{\"order_id\":\"")
        buffer.append(orderID)
        buffer.append(byte: UInt8(ascii: "\""))
    }
}
