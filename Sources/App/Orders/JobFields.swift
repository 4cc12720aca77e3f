/// The fields of a queued job, found and checked but for the inside of the payload; valid until the parser parses again.
struct JobFields {
    let kind: JobKind
    let id: UUID
    let orderID: UUID
    let payload: JSONObject

    /// Of duplicate keys the last wins, as in the replaced service; unknown fields are ignored.
    init(_ value: JSONValue) throws(JobRejection) {
        guard case .object(let job) = value else { throw JobRejection(jobID: nil, reason: "job is not a JSON object") }
        var jobID: JSONValue?
        var type: JSONValue?
        var payload: JSONValue?
        for field in job {
            if field.key.equals("job_id") {
                jobID = field.value
            } else if field.key.equals("type") {
                type = field.value
            } else if field.key.equals("payload") {
                payload = field.value
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
    }

    private static func orderID(of payload: JSONObject) -> UUID? {
        var orderID: JSONValue?
        for field in payload where field.key.equals("order_id") { orderID = field.value }
        return orderID?.uuid
    }
}

extension JobKind {
    init?(name: UnsafeRawBufferPointer) {
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

extension JSONValue {
    fileprivate var uuid: UUID? { text.flatMap { UUID(text: $0) } }
}
