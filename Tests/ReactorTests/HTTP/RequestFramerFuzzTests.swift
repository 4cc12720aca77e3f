import Reactor
import Testing

@Suite("RequestFramer under mutation")
struct RequestFramerFuzzTests {
    /// The same numbers at each run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 29) &* 0x9e37_79b9_7f4a_7c15
        }
    }

    private static let interesting = Array("\r\n\t :;,/?#%*[]0159afHT\u{0}\u{7f}".utf8) + [0x80, 0xff]

    @Test(
        "requests with random bytes changed, doubled or lost are judged the same however they arrive", arguments: 0..<8)
    func mutated(seed: UInt64) {
        var random = Generator(state: seed)
        let limits = HTTPLimits(
            requestLineBytes: 64, headBytes: 256, headerCount: 6, bodyBytes: 64, chunkOverheadBytes: 32,
            trailerBytes: 32)
        let small = RequestRows.all.filter { $0.input.count < 200 && !$0.input.isEmpty }
        for _ in 0..<400 {
            guard let row = small.randomElement(using: &random) else { return }
            let input = Self.mutate(row.input, &random)
            var whole = FramerDriver(limits: limits, capacity: input.count)
            var pieces = FramerDriver(limits: limits, capacity: input.count)
            var bytes = FramerDriver(limits: limits, capacity: input.count)
            let stops = (0..<3).map { _ in Int.random(in: 0...input.count, using: &random) }.sorted() + [input.count]
            let expected = whole.feed(input, stops: [input.count])
            let split = pieces.feed(input, stops: stops)
            let slow = bytes.feed(input, stops: 0...input.count)
            #expect(split.outcome == expected.outcome && slow.outcome == expected.outcome, "\(input) \(stops)")
            #expect(split.headers == expected.headers && slow.headers == expected.headers, "\(input) \(stops)")
            #expect(split.consumed == expected.consumed && slow.consumed == expected.consumed, "\(input) \(stops)")
        }
    }

    private static func mutate(_ input: [UInt8], _ random: inout Generator) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
            case 2: bytes.insert(contentsOf: bytes[index..<min(index + 12, bytes.count)], at: index)
            default: if bytes.count > 1 { bytes.remove(at: index) }
            }
        }
        return bytes
    }
}
