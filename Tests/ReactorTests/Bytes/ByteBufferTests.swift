import Glibc
import Testing

@testable import Reactor

@Suite("ByteBuffer")
struct ByteBufferTests {
    private static func bytes(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test("any run of operations leaves the bytes that an array would hold", arguments: 0..<16)
    func model(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var model: [UInt8] = []
        var buffer = ByteBuffer(capacity: Int.random(in: 0...300, using: &random))
        for step in 0..<2000 {
            Self.change(&buffer, &model, &random)
            #expect(buffer.count == model.count && buffer.isEmpty == model.isEmpty, "step \(step)")
            guard buffer.bytes.elementsEqual(model) else {
                Issue.record("step \(step): the bytes differ")
                return
            }
        }
    }

    private static func change(_ buffer: inout ByteBuffer, _ model: inout [UInt8], _ random: inout SeededGenerator) {
        let piece = bytes(Int.random(in: 0...90, using: &random), &random)
        switch Int.random(in: 0..<11, using: &random) {
        case 0...2:
            piece.withUnsafeBytes { buffer.append($0) }
            model += piece
        case 3:
            let byte = UInt8.random(in: 0...255, using: &random)
            buffer.append(byte: byte)
            model.append(byte)
        case 4:
            let number = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0...63, using: &random)
            buffer.append(decimal: number)
            model += Array(String(number).utf8)
        case 5:
            let room = buffer.reserve(piece.count)
            room.copyBytes(from: piece)
            buffer.commit(piece.count)
            model += piece
        case 6, 7:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.consume(count)
            model.removeFirst(count)
        case 8:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.truncate(to: count)
            model.removeSubrange(count...)
        case 9:
            guard let index = model.indices.randomElement(using: &random) else { return }
            let bytes = buffer.mutableBytes
            bytes[index] &+= 1
            model[index] &+= 1
        default:
            guard Int.random(in: 0..<20, using: &random) == 0 else { return }
            if Bool.random(using: &random) { buffer.removeAll() } else { buffer.release() }
            model.removeAll()
        }
    }

    @Test(
        "whatever lies in front and behind, growth keeps the content",
        arguments: [0, 1, 63, 255, 256, 257, 1000], [0, 1, 100, 256, 5000])
    func growth(held: Int, more: Int) {
        var random = SeededGenerator(state: UInt64(held))
        let (front, content, added) = (
            Self.bytes(77, &random), Self.bytes(held, &random), Self.bytes(more, &random)
        )
        var buffer = ByteBuffer()
        for part in [front, content] { part.withUnsafeBytes { buffer.append($0) } }
        buffer.consume(front.count)
        added.withUnsafeBytes { buffer.append($0) }
        #expect(Array(buffer.bytes) == content + added)
    }

    @Test("room at the front is used again before more memory is taken")
    func compaction() {
        var buffer = ByteBuffer(capacity: 256)
        let before = buffer.allocatedBytes
        for _ in 0..<100 {
            _ = buffer.reserve(200)
            buffer.commit(200)
            buffer.consume(190)
            buffer.consume(10)
        }
        #expect(buffer.allocatedBytes == before)
        buffer.append("kept")
        _ = buffer.reserve(252)
        #expect(buffer.allocatedBytes == before && Array(buffer.bytes) == Array("kept".utf8))
    }

    @Test("64 bytes behind the last one are memory of the buffer's own", arguments: [1, 64, 256, 300, 4096])
    func slack(count: Int) {
        var buffer = ByteBuffer(capacity: count)
        // All of the capacity, so that the slack is what follows.
        let room = buffer.reserve(1).count
        buffer.commit(room)
        let end = buffer.mutableBytes.baseAddress! + room
        #expect(buffer.allocatedBytes == room + ByteBuffer.slack)
        // Written and read, which the address sanitizer watches.
        memset(end, 0x5a, ByteBuffer.slack)
        let tail = UnsafeRawBufferPointer(start: UnsafeRawPointer(end), count: ByteBuffer.slack)
        #expect(tail.allSatisfy { $0 == 0x5a })
    }

    @Test("nothing is allocated before the first write, and nothing is held after a release")
    func lazy() {
        var buffer = ByteBuffer()
        #expect(buffer.allocatedBytes == 0 && buffer.isEmpty && buffer.bytes.isEmpty && buffer.mutableBytes.isEmpty)
        buffer.append("")
        buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        buffer.consume(0)
        buffer.truncate(to: 0)
        #expect(buffer.allocatedBytes == 0)
        buffer.append("x")
        buffer.removeAll()
        #expect(buffer.allocatedBytes > 0 && buffer.isEmpty)
        buffer.release()
        #expect(buffer.allocatedBytes == 0 && buffer.isEmpty)
        buffer.append(string: "grüß")
        #expect(Array(buffer.bytes) == Array("grüß".utf8))
    }

    @Test("decimal numbers are in their shortest form over the whole range, at each change of length")
    func decimal() {
        var edges: [UInt64] = [0, 1, .max - 1, .max, UInt64(Int64.max), UInt64(Int64.max) + 1]
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            edges += [power - 1, power, power + 1]
        }
        for bit in 0..<64 { edges += [1 << UInt64(bit)] }
        for number in edges {
            var buffer = ByteBuffer()
            buffer.append(decimal: number)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(number))
        }
    }
}
