import Testing

@testable import Settings

@Suite struct SettingReaderTests {
    private func reader(
        _ flags: [String: String] = [:], _ environment: [String: String] = [:], _ dotEnv: [String: String] = [:]
    ) -> SettingReader {
        SettingReader(flags: flags, environment: environment, dotEnv: dotEnv)
    }

    private func text(_ name: String, takesEmptyValue: Bool = false) -> TextSetting {
        TextSetting(SettingFacts(name, "A text."), default: "none", takesEmptyValue: takesEmptyValue)
    }

    private func integer(_ range: ClosedRange<Int>, unit: String = "", default fallback: Int) -> IntegerSetting {
        IntegerSetting(SettingFacts("N", "A number."), in: range, unit: unit, default: fallback)
    }

    @Test("Flags win over the environment, and that over the file; what is empty doesn't count")
    func precedence() throws {
        let all = reader(["A": "flag"], ["A": "environment", "B": "environment"], ["A": "f", "B": "f", "C": "file"])
        #expect(["A", "B", "C", "D"].map { all.text(text($0)) } == ["flag", "environment", "file", "none"])
        let empty = reader(["A": "", "B": ""], ["A": "", "B": "environment"], ["A": "file"])
        #expect(empty.text(text("A")) == "file" && empty.text(text("B")) == "environment")
        #expect(try reader(["N": ""]).integer(integer(1...9, default: 5)) == 5)
    }

    @Test("Where an empty value says something, that of the first source which names the setting counts")
    func emptyValue() {
        let setting = text("A", takesEmptyValue: true)
        #expect(reader([:], ["A": ""], ["A": "file"]).text(setting).isEmpty)
        #expect(reader(["A": "flag"], ["A": ""]).text(setting) == "flag")
        #expect(reader().text(setting) == "none" && reader().given(setting) == nil)
    }

    @Test("A default that follows from others replaces that of the catalog, and a value replaces both")
    func derivedDefault() throws {
        #expect(reader().text(text("A"), default: "other") == "other")
        #expect(reader(["A": "flag"]).text(text("A"), default: "other") == "flag")
        #expect(try reader(["N": "2"]).integer(integer(0...3, default: 1), default: 3) == 2)
        // It may lie outside of the range: it is the program's own.
        #expect(try reader().integer(integer(0...3, default: 1), default: 99) == 99)
        let derived = DerivedIntegerSetting(SettingFacts("N", "A number."), in: 1...8, defaultInWords: "the cores")
        #expect(try reader().integer(derived, default: 3) == 3 && reader(["N": "8"]).integer(derived, default: 3) == 8)
        #expect(throws: SettingError.self) { try reader(["N": "9"]).integer(derived, default: 3) }
    }

    @Test(
        "Numbers are whole and within their range, both ends included",
        arguments: [
            ("1", 1), ("10", 10), ("007", 7), ("+3", 3), ("0", nil), ("11", nil), ("-1", nil), ("3.0", nil), ("x", nil),
            (" 3", nil), ("3 ", nil), ("0x3", nil), ("99999999999999999999", nil), ("3s", nil), ("1e1", nil),
        ] as [(String, Int?)])
    func integers(text: String, number: Int?) throws {
        let settings = reader([:], ["N": text])
        let setting = integer(1...10, unit: "jobs", default: 5)
        guard let number else {
            let error = SettingError(name: "N", value: text, expected: "a whole number of jobs from 1 to 10")
            #expect(throws: error) { try settings.integer(setting) }
            return
        }
        #expect(try settings.integer(setting) == number)
    }

    @Test("A number without a unit, or without an upper end")
    func withoutUnit() throws {
        let error = #expect(throws: SettingError.self) {
            try reader([:], ["N": "x"]).integer(integer(0...3, default: 1))
        }
        #expect(error?.description == "N=x: expected a whole number from 0 to 3")
        #expect(integer(0...Int.max, unit: "seconds", default: 1).values == "a whole number of seconds from 0")
    }

    @Test(
        "The usual words for yes and no are understood, in any case",
        arguments: [
            ("true", true), ("True", true), ("YES", true), ("on", true), ("1", true), ("false", false),
            ("False", false),
            ("no", false), ("OFF", false), ("0", false), ("2", nil), ("tru", nil), ("ja", nil), (" true", nil),
        ] as [(String, Bool?)])
    func booleans(text: String, value: Bool?) throws {
        let settings = reader([:], [:], ["B": text])
        func setting(default fallback: Bool) -> BooleanSetting {
            BooleanSetting(SettingFacts("B", "A choice of two."), default: fallback)
        }
        guard let value else {
            let error = SettingError(name: "B", value: text, expected: "true or false")
            #expect(throws: error) { try settings.boolean(setting(default: true)) }
            return
        }
        #expect(try settings.boolean(setting(default: !value)) == value)
    }

    @Test("One word of a list, in any case; another names them all")
    func choices() throws {
        let setting = ChoiceSetting(SettingFacts("C", "A choice."), ["low", "high"], default: "low")
        let values = ["low": 1, "high": 2]
        #expect(try reader(["C": "HIGH"]).choice(setting) { values[$0] } == 2)
        #expect(try reader().choice(setting) { values[$0] } == 1)
        let error = #expect(throws: SettingError.self) { try reader(["C": "Mid"]).choice(setting) { values[$0] } }
        #expect(error?.description == "C=Mid: expected one of low, high")
    }
}
