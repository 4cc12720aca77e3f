import Reactor
import Testing

@testable import Orders

@Suite struct KeyedJobTests {
    private static let order =
        #"{"order_id":"11111111-2222-4333-8444-555555555555","customer_name":"A","status":"s","items":[{"name":"N","quantity":1}]}"#

    private func job(_ idempotency: String) -> String {
        #"{"job_id":"\#(testText(1))","type":"create_order","payload":\#(Self.order),"enqueued_at":5\#(idempotency)}"#
    }

    private func decode(_ message: String) -> (marks: [KeyMark], keys: [String], rejections: [String], jobs: [Int?]) {
        var decoder = JobDecoder()
        var batch = JobBatch()
        withGuardedBytes(message.utf8) {
            decoder.decode(message: $0, baseOffset: 0, messageIndex: 0, into: &batch)
        }
        return (
            batch.marks, batch.marks.map { $0.key.of(batch.text.bytes).string }, batch.rejected.map(\.reason),
            batch.jobs.map(\.mark)
        )
    }

    @Test("What is encoded is decoded, whatever stands in the key", arguments: ["k", #"a "quoted\" key"#, "~ /"])
    func roundTrip(key: String) {
        let record = testRecord(testSeed(7))
        var line = ByteBuffer()
        JobEncoding.appendCreateStart(jobID: testID(1), into: &line)
        line.append(string: Self.order)
        JobEncoding.appendEnd(
            enqueuedAtMilliseconds: 5, key: IdempotencyKey(key), position: 999, record: record, into: &line)
        #expect(line.string.hasSuffix("\"}}\n"))
        let decoded = decode(line.string)
        #expect(decoded.keys == [key] && decoded.rejections == [] && decoded.jobs == [0])
        #expect(decoded.marks.first?.record == record && decoded.marks.first?.position == 999)
    }

    @Test("It stands behind the other fields")
    func place() {
        var line = ByteBuffer()
        JobEncoding.appendCreateStart(jobID: testID(1), into: &line)
        line.append(string: Self.order)
        JobEncoding.appendEnd(
            enqueuedAtMilliseconds: 5, key: IdempotencyKey(#"a"b"#), position: 0, record: testRecord(testID(9)),
            into: &line)
        let idempotency =
            #"{"key":"a\"b","position":0,"fingerprint":"230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5","seed":"\#(testText(9))"}"#
        #expect(line.string == job(",\"idempotency\":\(idempotency)") + "\n")
    }

    @Test("A job without it has no mark, and one that has is told from its neighbours")
    func neighbours() {
        let idempotency =
            #","idempotency":{"key":"k","position":0,"fingerprint":"\#(String(repeating: "0", count: 64))","seed":"\#(testText(2))"}"#
        let decoded = decode(job("") + "\n" + job(idempotency) + "\n" + job("") + "\n" + job(idempotency))
        #expect(decoded.jobs == [nil, 0, nil, 1] && decoded.keys == ["k", "k"])
    }

    @Test(
        "A job whose key can't be read is set aside: without it the order could be created twice",
        arguments: [
            "null", "{}", #"{"key":"","position":0,"fingerprint":"F","seed":"S"}"#,
            #"{"key":"k","position":1000,"fingerprint":"F","seed":"S"}"#,
            #"{"key":"k","position":-1,"fingerprint":"F","seed":"S"}"#,
            #"{"key":"k","position":0,"fingerprint":"f","seed":"S"}"#,
            #"{"key":"k","position":0,"fingerprint":"F","seed":"s"}"#, #"{"key":"k","position":0,"seed":"S"}"#,
        ])
    func malformed(field: String) {
        let text = field.replacing("\"F\"", with: "\"\(String(repeating: "0", count: 64))\"")
            .replacing("\"S\"", with: "\"\(testText(2))\"")
        let decoded = decode(job(",\"idempotency\":\(text)"))
        #expect(decoded.jobs.isEmpty && decoded.marks.isEmpty)
        #expect(decoded.rejections == ["idempotency is not an object with key, position, fingerprint and seed"])
    }
}
