import Reactor
import Testing

@testable import Cache
@testable import Orders
@testable import Queue

@Suite struct MessagePackerTests {
    private struct Packed: Equatable {
        var partition: Int
        var jobs: Int
        var body: String
    }

    private static func pack(
        _ batches: [WriteBatch], partitions: Int = 2, jobsPerMessage: Int = 512
    ) -> [Packed] {
        var packer = MessagePacker(jobsPerMessage: jobsPerMessage, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        packer.pack(batches, partitions: partitions)
        return contents(packer)
    }

    private static func contents(_ packer: borrowing MessagePacker) -> [Packed] {
        var all: [Packed] = []
        for index in packer.packed.messages.indices {
            let message = packer.packed.messages[index]
            let body = message.body.of(packer.packed.bytes.bytes).string
            all.append(Packed(partition: message.partition, jobs: message.jobs, body: body))
        }
        return all
    }

    private static func batch(_ lines: [(String, Int)]) -> WriteBatch {
        let batch = WriteBatch(loop: 0)
        for (line, partition) in lines { batch.add(line, partition: partition) }
        return batch
    }

    @Test("Jobs of one partition share a message, in the order of batches and of writes within them")
    func order() {
        let first = Self.batch([("a\n", 0), ("b\n", 1), ("c\n", 0)])
        let second = Self.batch([("d\n", 1), ("e\n", 0)])
        #expect(
            Self.pack([first, second]) == [
                Packed(partition: 0, jobs: 3, body: "a\nc\ne\n"), Packed(partition: 1, jobs: 2, body: "b\nd\n"),
            ])
    }

    @Test(
        "A message holds no more jobs than allowed",
        arguments: [
            (1, 1, [1]), (5, 1, [1, 1, 1, 1, 1]), (5, 2, [2, 2, 1]), (4, 2, [2, 2]), (5, 5, [5]), (3, 512, [3]),
        ])
    func jobLimit(jobs: Int, limit: Int, expected: [Int]) {
        let batch = Self.batch((0..<jobs).map { ("\($0)\n", 0) })
        #expect(Self.pack([batch], jobsPerMessage: limit).map(\.jobs) == expected)
    }

    @Test(
        "A message holds no more bytes than allowed, and up to the last of them; a longer job goes alone",
        arguments: [
            ([256 << 10], [1]), ([128 << 10, 128 << 10], [2]), ([128 << 10, 128 << 10, 1], [2, 1]),
            ([128 << 10, (128 << 10) + 1], [1, 1]), ([10, 300 << 10, 10, 10], [1, 1, 2]),
            ([300 << 10, 300 << 10], [1, 1]),
            ([100_000, 100_000, 100_000, 100_000, 100_000], [2, 2, 1]),
        ])
    func byteLimit(sizes: [Int], expected: [Int]) {
        let lines = sizes.map { (String(repeating: "x", count: $0 - 1) + "\n", 0) }
        let packed = Self.pack([Self.batch(lines)])
        #expect(packed.map(\.jobs) == expected)
        #expect(packed.map(\.body).joined() == lines.map(\.0).joined())
    }

    @Test("Nothing to pack gives nothing, and forgets what was packed before")
    func nothing() {
        var packer = MessagePacker(jobsPerMessage: 5, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        packer.pack([Self.batch([("a\n", 0)])], partitions: 1)
        #expect(Self.contents(packer).count == 1)
        packer.pack([WriteBatch(loop: 0)], partitions: 1)
        #expect(Self.contents(packer).isEmpty)
        packer.pack([Self.batch([("b\n", 0)])], partitions: 1)
        #expect(Self.contents(packer).map(\.body) == ["b\n"])
        packer.pack([], partitions: 1)
        #expect(Self.contents(packer).isEmpty)
    }

    @Test("Whatever is packed, no job is lost or doubled, the limits hold, and ids rise", arguments: 0..<10)
    func anything(seed: UInt64) {
        var random = SplitMix(state: seed)
        let (partitions, limit) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...20, using: &random))
        var expected = [String](repeating: "", count: partitions)
        let batches = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            let batch = WriteBatch(loop: 0)
            for number in 0..<Int.random(in: 0...60, using: &random) {
                let partition = Int.random(in: 0..<partitions, using: &random)
                let isLong = Int.random(in: 0..<20, using: &random) == 0
                let line = "\(number)" + String(repeating: "x", count: isLong ? 90_000 : 20) + "\n"
                batch.add(line, partition: partition)
                expected[partition] += line
            }
            return batch
        }
        var packer = MessagePacker(jobsPerMessage: limit, ids: UUIDv7Generator(clock: UUIDv7Clock()))
        packer.pack(batches, partitions: partitions)
        let packed = Self.contents(packer)
        for message in packed {
            #expect((1...limit).contains(message.jobs))
            #expect(message.jobs == message.body.utf8.count { $0 == UInt8(ascii: "\n") })
            #expect(message.jobs == 1 || message.body.utf8.count <= MessagePacker.bytesPerMessage)
        }
        for partition in 0..<partitions {
            #expect(packed.filter { $0.partition == partition }.map(\.body).joined() == expected[partition])
        }
        #expect(shares(packer, batches) == packed.map(\.body))
        let ids = packer.packed.messages.map(\.id)
        #expect(ids == ids.sorted() && Set(ids).count == ids.count)
    }

    /// The bodies again, as the shares of the messages tell them.
    private func shares(_ packer: borrowing MessagePacker, _ batches: [WriteBatch]) -> [String] {
        let (messages, all) = (packer.packed.messages, packer.packed.shares)
        return messages.map { message in
            all[message.shares].map { share in
                let batch = batches[share.batch]
                let writes = batch.writes[share.writes].filter { $0.partition == message.partition }
                #expect(writes.count == share.jobs)
                return writes.map { $0.line.of(batch.jobs.bytes).string }.joined()
            }.joined()
        }
    }
}
