import Testing

@testable import Metrics

@Suite("ValueHistogram") struct ValueHistogramTests {
    private func histogram(_ values: [UInt64], upTo largest: UInt64 = 60_000_000) -> ValueHistogram {
        values.reduce(into: ValueHistogram(upTo: largest)) { $0.record($1) }
    }

    @Test("Counts and the sum are exact; what lies at a bound counts as up to it")
    func counts() {
        let values = histogram([0, 1, 1, 5, 100, 101, 200])
        #expect(values.count == 7 && values.sum == 408)
        #expect(values.counts(upTo: [0, 1, 4, 5, 100, 200, 1000]) == [1, 3, 3, 4, 5, 7, 7])
        #expect(ValueHistogram(upTo: 10).counts(upTo: [1, 2]) == [0, 0])
    }

    @Test("A value is told from a bound that differs by a hundredth or more, over the whole range")
    func resolution() {
        var value: UInt64 = 100
        while value < 60_000_000 {
            let one = histogram([value])
            let below = value - value / 100 - 1
            #expect(one.counts(upTo: [below, value + value / 100 + 1]) == [0, 1], "\(value)")
            value += value / 7
        }
    }

    @Test("Values above the largest count as that, and are summed as they are")
    func clamped() {
        let values = histogram([50, 5_000, 70_000], upTo: 1_000)
        #expect(values.counts(upTo: [100, 1_100]) == [1, 3])
        #expect(values.count == 3 && values.sum == 75_050)
    }

    @Test("One without values is as one that was never there, on either side")
    func empty() {
        let (empty, one) = (ValueHistogram(upTo: 60_000_000), histogram([7]))
        var sum = empty
        sum.add(one)
        #expect(sum.count == 1 && sum.sum == 7 && sum.value(atShare: 1) == 7)
        sum.record(8)
        #expect(sum.count == 2 && one.count == 1)
        sum.add(empty)
        #expect(sum.count == 2 && sum.since(empty).sum == 15 && empty.since(empty).count == 0)
        #expect(empty.value(atShare: 0.5) == nil && empty.counts(upTo: [1]) == [0])
    }

    @Test("Several of one value are recorded at once")
    func times() {
        var values = ValueHistogram(upTo: 1_000)
        values.record(10, times: 32)
        values.record(20, times: 1)
        #expect(values.count == 33 && values.sum == 340 && values.counts(upTo: [10]) == [32])
    }

    @Test("Histograms add up, and the difference of two states is what came between them")
    func sums() {
        var all = histogram([1, 10, 100])
        let before = all
        all.add(histogram([10, 1_000]))
        all.add(ValueHistogram(upTo: 60_000_000))
        #expect(all.count == 5 && all.sum == 1_121 && all.counts(upTo: [10, 100]) == [3, 4])
        let news = all.since(before)
        #expect(news.count == 2 && news.sum == 1_010 && news.counts(upTo: [5, 10, 100]) == [0, 1, 1])
        #expect(all.since(all).count == 0)
    }

    @Test("The value at a share is the smallest that so many do not exceed, to within a hundredth")
    func shares() throws {
        let values = histogram((1...1_000).map { UInt64($0) })
        for (share, expected) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0), (0.0, 1.0)] {
            let found = Double(try #require(values.value(atShare: share)))
            #expect(abs(found - expected) <= expected / 100, "\(share): \(found)")
        }
        #expect(ValueHistogram(upTo: 10).value(atShare: 0.5) == nil)
    }
}
