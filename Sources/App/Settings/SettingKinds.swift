/// A whole number within a range.
package struct IntegerSetting: Setting {
    package let facts: SettingFacts
    let range: IntegerRange
    package let fallback: Int

    init(_ facts: SettingFacts, in range: ClosedRange<Int>, unit: String = "", default fallback: Int) {
        self.facts = facts
        self.range = IntegerRange(bounds: range, unit: unit)
        self.fallback = fallback
    }

    package var defaultText: String? { String(fallback) }

    package var values: String { range.description }
}

/// A whole number whose default follows from the machine.
package struct DerivedIntegerSetting: Setting {
    package let facts: SettingFacts
    let range: IntegerRange
    package let defaultInWords: String

    init(_ facts: SettingFacts, in range: ClosedRange<Int>, defaultInWords: String) {
        self.facts = facts
        self.range = IntegerRange(bounds: range, unit: "")
        self.defaultInWords = defaultInWords
    }

    package var defaultText: String? { nil }

    package var values: String { range.description }
}

/// The numbers that a setting takes, both ends included; without an upper end when that is `Int.max`.
struct IntegerRange: Sendable, CustomStringConvertible {
    let bounds: ClosedRange<Int>
    /// In the plural; empty when the name of the setting says what is counted.
    let unit: String

    var description: String {
        let what = unit.isEmpty ? "a whole number" : "a whole number of \(unit)"
        let end = bounds.upperBound == .max ? "" : " to \(bounds.upperBound)"
        return "\(what) from \(bounds.lowerBound)\(end)"
    }
}

package struct BooleanSetting: Setting {
    package let facts: SettingFacts
    package let fallback: Bool

    init(_ facts: SettingFacts, default fallback: Bool) {
        self.facts = facts
        self.fallback = fallback
    }

    package var defaultText: String? { String(fallback) }

    package var values: String { "true or false" }
}

/// One of a few words.
package struct ChoiceSetting: Setting {
    package let facts: SettingFacts
    package let words: [String]
    let fallback: String

    init(_ facts: SettingFacts, _ words: [String], default fallback: String) {
        precondition(words.contains(fallback), "a default is one of the choices")
        self.facts = facts
        self.words = words
        self.fallback = fallback
    }

    package var defaultText: String? { fallback }

    package var values: String { "one of \(words.joined(separator: ", "))" }
}

/// A text with a default.
package struct TextSetting: Setting {
    package let facts: SettingFacts
    package let fallback: String
    package let takesEmptyValue: Bool

    init(_ facts: SettingFacts, default fallback: String, takesEmptyValue: Bool = false) {
        self.facts = facts
        self.fallback = fallback
        self.takesEmptyValue = takesEmptyValue
    }

    package var defaultText: String? { fallback }

    package var values: String { takesEmptyValue ? "a text, which may be empty" : "a text" }
}

/// A text that need not be there.
package struct OptionalTextSetting: Setting {
    package let facts: SettingFacts
    package let defaultInWords: String

    package init(_ facts: SettingFacts, defaultInWords: String = "none") {
        self.facts = facts
        self.defaultInWords = defaultInWords
    }

    package var defaultText: String? { nil }

    package var values: String { "a text" }
}
