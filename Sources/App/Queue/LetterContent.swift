package import Orders
import Reactor

/// What can be read of a dead letter's body, whatever is wrong with it: for an operator, and to find its partition.
package struct LetterContent: Equatable {
    /// The ids of all jobs whose id can be read.
    package private(set) var jobIDs: [UUID] = []
    /// The type of the first job, as it stands there.
    package private(set) var type: String?
    /// The order of the first job.
    private(set) var orderID: UUID?
    /// How many jobs there seem to be: lines that are not blank.
    package private(set) var jobs = 0

    init(_ body: [UInt8]) {
        var parser = JSONParser(maximumBytes: max(1, body.count))
        var bytes = ByteBuffer()
        // A single job may run over several lines, packed ones have one each.
        body.withUnsafeBytes { bytes.append($0) }
        if let value = try? parser.parse(bytes.bytes) {
            jobs = 1
            read(value)
            return
        }
        for line in body.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy({ $0 <= 0x20 }) {
            jobs += 1
            bytes.removeAll()
            line.withUnsafeBytes { bytes.append($0) }
            if let value = try? parser.parse(bytes.bytes) { read(value) }
        }
    }

    private mutating func read(_ value: JSONValue) {
        guard case .object(let job) = value else { return }
        for field in job {
            if field.key.equals("job_id"), let id = field.value.text.flatMap({ UUID(text: $0) }) {
                jobIDs.append(id)
            } else if field.key.equals("type"), type == nil {
                type = field.value.text.map { String(decoding: $0, as: UTF8.self) }
            } else if field.key.equals("payload"), orderID == nil, case .object(let payload) = field.value {
                for field in payload where field.key.equals("order_id") {
                    orderID = field.value.text.flatMap { UUID(text: $0) }
                }
            }
        }
    }
}
