import Reactor
import Testing

@testable import API
@testable import Orders

@Suite struct PendingVersionTests {
    private static let digits = "0197000000abcdef"

    private func read(_ value: String, of id: UUID = testID(1)) -> PendingVersion {
        Array(value.utf8).withUnsafeBytes { PendingVersion($0, of: id) }
    }

    @Test("The letter tells whether something is pending, and whether what is shown was applied")
    func letters() {
        let version = OrderVersion(number: 0x0197_0000_00ab_cdef)
        for (letter, isDeleting, isSettled, isApplied) in [
            ("u", false, false, false), ("d", true, false, false), ("a", false, true, true), ("o", false, true, false),
        ] {
            let found = read(Self.digits + letter)
            #expect(found.version == version && !found.isCreation, "\(letter)")
            #expect(found.isDeleting == isDeleting && found.isSettled == isSettled, "\(letter)")
            #expect(found.isApplied == isApplied, "\(letter)")
        }
    }

    @Test(
        "Without a version, or with what is none, an order is as it was created",
        arguments: [
            "", digits, digits + "x", digits + "U", digits + "uu", "u", digits.dropLast() + "gu",
            digits.dropLast() + "u",
        ].map { "\($0)" })
    func creation(value: String) {
        let found = read(value)
        #expect(found.isCreation && !found.isSettled && !found.isDeleting && !found.isApplied)
        #expect(found.version == OrderVersion(ofCreation: testID(1)) && found.version > .none)
        // An id that doesn't tell its time.
        #expect(read(value, of: UUID(high: 0x1234_5678_9abc_4def, low: 1 << 63)).version == .none)
    }
}
