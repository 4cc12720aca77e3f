import Glibc
import Reactor

/// Decodes queue messages into a ``JobBatch``. One per worker thread; in the steady state it allocates nothing.
///
/// A message is one job as a JSON object, or many as one object a line (docs/contract.md section 5). What can't be
/// decoded goes to ``JobBatch/rejected`` with its reason, and its neighbours are decoded all the same.
package struct JobDecoder: ~Copyable {
    private var parser: JSONParser
    private let parsesAll: Bool

    /// The largest order that the API accepts encodes to less than 60 KB, or to twice that where every character beyond
    /// ASCII is written as an escape, as the replaced service does. A longer job is rejected without a look inside.
    ///
    /// With `parsesAll` nothing is read by its form alone: for tests, which expect the same of both ways.
    package init(maximumJobBytes: Int = 256 * 1024, parsesAll: Bool = false) {
        parser = JSONParser(maximumBytes: maximumJobBytes)
        self.parsesAll = parsesAll
    }

    /// Appends the jobs of one message to `batch`, in their order.
    ///
    /// ``JSONParser/padding`` bytes behind `bytes` must be readable. `baseOffset` is where `bytes` starts within the
    /// fetched bytes, to which every `source` is relative; `messageIndex` is the message's place in `batch.messages`.
    package mutating func decode(
        message bytes: UnsafeRawBufferPointer, baseOffset: Int, messageIndex: Int, into batch: inout JobBatch
    ) {
        var position = 0
        var isFirst = true
        while let line = Self.nextLine(of: bytes, from: &position) {
            let source = ByteRange(start: baseOffset + line.lowerBound, count: line.count)
            let job = UnsafeRawBufferPointer(rebasing: bytes[line])
            if !parsesAll && batch.appendCanonical(job, source: source, message: messageIndex) {
                isFirst = false
                continue
            }
            do throws(JSONError) {
                batch.append(try parser.parse(job), source: source, message: messageIndex)
            } catch {
                // A single job that was written by hand may run over several lines.
                if isFirst, position < bytes.count, let value = try? parser.parse(bytes) {
                    let whole = ByteRange(start: baseOffset, count: bytes.count)
                    batch.append(value, source: whole, message: messageIndex)
                    return
                }
                batch.reject(.notJSON(error), source: source, message: messageIndex)
            }
            isFirst = false
        }
    }

    /// The next line that is not blank, without its newline; `position` moves behind it.
    private static func nextLine(of bytes: UnsafeRawBufferPointer, from position: inout Int) -> Range<Int>? {
        while position < bytes.count, let base = bytes.baseAddress {
            let start = position
            // position < count was just checked, so memchr stays inside.
            let newline = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            let end = newline.map { UnsafeRawPointer($0) - base } ?? bytes.count
            position = end + 1
            let isBlank = bytes[start..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { return start..<end }
        }
        return nil
    }
}

extension JobBatch {
    /// Appends one parsed job, or its rejection and nothing else.
    fileprivate mutating func append(_ value: JSONValue, source: ByteRange, message: Int) {
        let textCount = text.count
        let itemCount = items.count
        let markCount = marks.count
        do throws(JobRejection) {
            let fields = try JobFields(value)
            do throws(OrderRejection) {
                jobs.append(try appendContent(of: fields, source: source, message: message))
            } catch {
                throw .payload(error, jobID: fields.id)
            }
        } catch {
            text.truncate(to: textCount)
            items.removeSubrange(itemCount...)
            marks.removeSubrange(markCount...)
            reject(error, source: source, message: message)
        }
    }

    fileprivate mutating func reject(_ rejection: JobRejection, source: ByteRange, message: Int) {
        rejected.append(
            RejectedJob(source: source, id: rejection.jobID, reason: rejection.reason, message: message))
    }

    /// Appends the texts and items of a job's payload, checked by the rules of the API.
    private mutating func appendContent(
        of fields: JobFields, source: ByteRange, message: Int
    ) throws(OrderRejection) -> Job {
        var job = Job(
            kind: fields.kind, id: fields.id, orderID: fields.orderID, customerName: .empty, status: .empty,
            items: items.count..<items.count, message: message, source: source,
            enqueuedAtMilliseconds: fields.enqueuedAtMilliseconds, version: fields.version)
        switch fields.kind {
        case .createOrder:
            let order = try OrderFields(fields.payload)
            job.customerName = append(order.customerName)
            job.status = append(order.statusOrDefault)
            for value in order.items {
                let item = try OrderItemFields(value, index: items.count - job.items.lowerBound)
                items.append(OrderItem(name: append(item.name), quantity: item.quantity))
            }
            job.items = job.items.lowerBound..<items.count
            if let keyed = fields.keyed {
                job.mark = marks.count
                marks.append(KeyMark(key: append(keyed.key), position: keyed.position, record: keyed.record))
            }
        case .updateOrderStatus:
            job.status = append(try OrderFields.status(of: fields.payload))
        case .deleteOrder:
            break
        }
        return job
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) -> ByteRange {
        let start = text.count
        text.append(bytes)
        return ByteRange(start: start, count: bytes.count)
    }
}
