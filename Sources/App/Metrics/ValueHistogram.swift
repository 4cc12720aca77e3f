import Histogram

/// How often which values were recorded, to within a hundredth of each value: the only door to HdrHistogram. Its
/// memory, some 20 KB, is taken by the first value: most routes of most loops never see one.
package struct ValueHistogram: Sendable {
    private var counts: Histogram<UInt64>?
    private let largest: UInt64
    /// Of all recorded values, exactly.
    package private(set) var sum: UInt64 = 0

    /// Values above `largest` count as that.
    package init(upTo largest: UInt64) { self.largest = largest }

    /// How many values were recorded.
    package var count: UInt64 { counts?.totalCount ?? 0 }

    package mutating func record(_ value: UInt64, times: UInt64 = 1) {
        sum &+= value &* times
        addCount(value, times)
    }

    private mutating func addCount(_ value: UInt64, _ times: UInt64) {
        if counts == nil {
            counts = Histogram(highestTrackableValue: largest, numberOfSignificantValueDigits: .two)
        }
        // Never refused: nothing above `largest` is asked for.
        counts?.record(min(value, largest), count: times)
    }

    /// Adds what another one has recorded, which was made for the same values.
    package mutating func add(_ other: ValueHistogram) {
        guard let added = other.counts else { return }
        sum &+= other.sum
        if counts == nil { counts = added } else { counts?.add(added) }
    }

    /// How many values were recorded in all up to each of `bounds`, which rise.
    ///
    /// In one pass over what was recorded, by functions that the library lets be specialised here; those that count
    /// up to a value are not, and would take a hundred times as long.
    package func counts(upTo bounds: [UInt64]) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: bounds.count)
        var index = 0
        var total: UInt64 = 0
        guard let counts else { return result }
        for step in counts.recordedValues() {
            while index < bounds.count && counts.lowestEquivalentForValue(step.value) > bounds[index] {
                result[index] = total
                index += 1
            }
            total += step.count
        }
        while index < bounds.count {
            result[index] = total
            index += 1
        }
        return result
    }

    /// The value that a share of all values, between 0 and 1, does not exceed; nil when nothing was recorded.
    package func value(atShare share: Double) -> UInt64? {
        guard let counts, count > 0 else { return nil }
        let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
        var total: UInt64 = 0
        for step in counts.recordedValues() {
            total += step.count
            if total >= wanted { return step.value }
        }
        return largest
    }

    /// What was recorded since `earlier`, a former state of this histogram.
    package func since(_ earlier: ValueHistogram) -> ValueHistogram {
        var difference = ValueHistogram(upTo: largest)
        guard let counts else { return difference }
        var before = earlier.counts?.recordedValues().makeIterator()
        var old = before?.next()
        for step in counts.recordedValues() {
            var more = step.count
            if let known = old, known.value == step.value {
                more -= min(more, known.count)
                old = before?.next()
            }
            if more > 0 { difference.addCount(step.value, more) }
        }
        difference.sum = sum &- earlier.sum
        return difference
    }
}
