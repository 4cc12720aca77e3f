import Testing

@testable import App

@Suite struct SettingReaderTests {
    private func reader(
        _ flags: [String: String] = [:], _ environment: [String: String] = [:], _ dotEnv: [String: String] = [:]
    ) -> SettingReader {
        SettingReader(flags: flags, environment: environment, dotEnv: dotEnv)
    }

    @Test("Flags win over the environment, and that over the file; what is empty doesn't count")
    func precedence() throws {
        let all = reader(["A": "flag"], ["A": "environment", "B": "environment"], ["A": "f", "B": "f", "C": "file"])
        #expect(["A", "B", "C", "D"].map { all.text($0, default: "none") } == ["flag", "environment", "file", "none"])
        let empty = reader(["A": "", "B": ""], ["A": "", "B": "environment"], ["A": "file"])
        #expect(empty.text("A", default: "none") == "file" && empty.text("B", default: "none") == "environment")
        #expect(try reader(["A": ""]).integer("A", in: 1...9, default: 5) == 5)
    }

    @Test(
        "Numbers are whole and within their range, both ends included",
        arguments: [
            ("1", 1), ("10", 10), ("007", 7), ("+3", 3), ("0", nil), ("11", nil), ("-1", nil), ("3.0", nil), ("x", nil),
            (" 3", nil), ("3 ", nil), ("0x3", nil), ("99999999999999999999", nil), ("3s", nil), ("1e1", nil),
        ] as [(String, Int?)])
    func integers(text: String, number: Int?) throws {
        let settings = reader([:], ["N": text])
        guard let number else {
            let error = SettingError(name: "N", value: text, expected: "a whole number of jobs from 1 to 10")
            #expect(throws: error) { try settings.integer("N", in: 1...10, default: 5, unit: "jobs") }
            return
        }
        #expect(try settings.integer("N", in: 1...10, default: 5, unit: "jobs") == number)
    }

    @Test("A number without a unit, or not given at all")
    func withoutUnit() throws {
        let error = #expect(throws: SettingError.self) {
            try reader([:], ["N": "x"]).integer("N", in: 0...3, default: 1)
        }
        #expect(error?.description == "N=x: expected a whole number from 0 to 3")
        // A default may lie outside: it is the program's own.
        #expect(try reader().integer("N", in: 0...3, default: 99) == 99)
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
        guard let value else {
            let error = SettingError(name: "B", value: text, expected: "true or false")
            #expect(throws: error) { try settings.boolean("B", default: true) }
            return
        }
        #expect(try settings.boolean("B", default: !value) == value)
    }

    @Test("One word of a list, in any case; another names them all")
    func choices() throws {
        let words = [(word: "low", value: 1), (word: "high", value: 2)]
        #expect(try reader(["C": "HIGH"]).choice("C", words, default: 0) == 2)
        #expect(try reader().choice("C", words, default: 0) == 0)
        let error = #expect(throws: SettingError.self) { try reader(["C": "mid"]).choice("C", words, default: 0) }
        #expect(error?.description == "C=mid: expected one of low, high")
    }
}
