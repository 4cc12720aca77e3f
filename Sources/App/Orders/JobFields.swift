import Reactor

/// The fields of a queued job, found and checked but for the inside of the payload; valid until the parser parses
/// again.
struct JobFields {
    let kind: JobKind
    let id: UUID
    let orderID: UUID
    let payload: JSONObject
    /// Since 1970; 0 when it doesn't say. Nothing but a metric depends on it, so whatever it says is right.
    let enqueuedAtMilliseconds: UInt64
    /// nil where there is none.
    let version: OrderVersion?
    /// Of an order that was sent with an Idempotency-Key.
    let keyed: KeyFields?

    /// Of duplicate keys the last wins, as in the replaced service; unknown fields are ignored.
    init(_ value: JSONValue) throws(JobRejection) {
        guard case .object(let job) = value else { throw JobRejection(jobID: nil, reason: "job is not a JSON object") }
        var jobID: JSONValue?
        var type: JSONValue?
        var payload: JSONValue?
        var keyed: JSONValue?
        var version: JSONValue?
        var enqueuedAt: UInt64 = 0
        for field in job {
            if field.key.equals("job_id") {
                jobID = field.value
            } else if field.key.equals("type") {
                type = field.value
            } else if field.key.equals("payload") {
                payload = field.value
            } else if field.key.equals("enqueued_at") {
                enqueuedAt = if case .integer(let number) = field.value { UInt64(max(0, number)) } else { 0 }
            } else if field.key.equals("version") {
                version = field.value
            } else if field.key.equals("idempotency") {
                keyed = field.value
            }
        }
        guard let id = jobID?.uuid else { throw JobRejection(jobID: nil, reason: "job_id is missing or not a UUID") }
        guard let kind = (type?.text).flatMap(JobKind.init(name:)) else { throw .unknownType(jobID: id) }
        guard case .object(let object) = payload else {
            throw JobRejection(jobID: id, reason: "payload is missing or not a JSON object")
        }
        guard let orderID = Self.orderID(of: object) else {
            throw JobRejection(jobID: id, reason: "payload.order_id is missing or not a UUID")
        }
        self.kind = kind
        self.id = id
        self.orderID = orderID
        self.payload = object
        enqueuedAtMilliseconds = enqueuedAt
        self.version = try version.map { (value) throws(JobRejection) in
            // Not passed over: without it an old change could replace a newer one.
            guard case .integer(let number) = value, number > 0, number < Int64.max else {
                throw JobRejection(jobID: id, reason: "version is not an integer from 1 to 2^63 - 2")
            }
            return OrderVersion(number: UInt64(number))
        }
        self.keyed = try keyed.map { (value) throws(JobRejection) in
            // Not passed over: without it the order could be created a second time.
            guard let fields = KeyFields(value) else {
                throw JobRejection(
                    jobID: id, reason: "idempotency is not an object with key, position, fingerprint and seed")
            }
            return fields
        }
    }

    private static func orderID(of payload: JSONObject) -> UUID? {
        var orderID: JSONValue?
        for field in payload where field.key.equals("order_id") { orderID = field.value }
        return orderID?.uuid
    }
}

extension JobKind {
    package init?(name: UnsafeRawBufferPointer) {
        if name.equals(Self.createOrder.name) {
            self = .createOrder
        } else if name.equals(Self.updateOrderStatus.name) {
            self = .updateOrderStatus
        } else if name.equals(Self.deleteOrder.name) {
            self = .deleteOrder
        } else {
            return nil
        }
    }
}

/// The `idempotency` of a job.
struct KeyFields {
    let key: UnsafeRawBufferPointer
    let position: Int
    let record: KeyRecord

    init?(_ value: JSONValue) {
        guard case .object(let object) = value else { return nil }
        var key: UnsafeRawBufferPointer?
        var position: Int?
        var fingerprint: SHA256Digest?
        var idSeed: UUID?
        for field in object {
            if field.key.equals("key") {
                key = field.value.text
            } else if field.key.equals("position") {
                if case .integer(let number) = field.value { position = Int(number) }
            } else if field.key.equals("fingerprint") {
                fingerprint = field.value.text.flatMap { SHA256Digest(hex: $0) }
            } else if field.key.equals("seed") {
                idSeed = field.value.uuid
            }
        }
        guard let key, IdempotencyKey.lengths.contains(key.count), let position, Self.positions.contains(position),
            let fingerprint, let idSeed
        else { return nil }
        self.key = key
        self.position = position
        record = KeyRecord(fingerprint: fingerprint, idSeed: idSeed)
    }

    private static let positions = 0..<OrderLimits.batchOrders
}

extension JSONValue {
    fileprivate var uuid: UUID? { text.flatMap { UUID(text: $0) } }
}
