import Testing

@testable import API
@testable import Orders

/// RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2.
@Suite struct EntityTagsTests {
    private func tags(_ text: String, isWeak: Bool) -> EntityTags? {
        Array(text.utf8).withUnsafeBytes { EntityTags($0, isWeak: isWeak) }
    }

    private func versions(_ numbers: UInt64...) -> EntityTags { .versions(numbers.map { OrderVersion(number: $0) }) }

    @Test("* names whatever is there", arguments: [false, true])
    func any(isWeak: Bool) {
        #expect(tags("*", isWeak: isWeak) == .any)
        for number: UInt64 in [0, 1, .max] { #expect(EntityTags.any.matches(OrderVersion(number: number))) }
    }

    @Test("A list names its versions and no others, in whatever way it is written", arguments: [false, true])
    func lists(isWeak: Bool) {
        for (text, expected) in [
            (#""0""#, versions(0)), (#""17""#, versions(17)), (#""1","2""#, versions(1, 2)),
            (#""1", "2" ,"# + "\t" + #""3""#, versions(1, 2, 3)),
            // Empty elements count for nothing.
            (#",, "1",,"2" , "#, versions(1, 2)),
            (#""9223372036854775807""#, versions(UInt64(Int64.max))),
        ] {
            #expect(tags(text, isWeak: isWeak) == expected, "\(text)")
        }
        let two = tags(#""1", "3""#, isWeak: isWeak)
        #expect((0...4).map { two?.matches(OrderVersion(number: $0)) } == [false, true, false, true, false])
    }

    @Test("A weak tag counts where tags are compared weakly, and names nothing where they are compared strongly")
    func weak() {
        #expect(tags(#"W/"7""#, isWeak: true) == versions(7))
        #expect(tags(#"W/"7""#, isWeak: false) == versions())
        #expect(tags(#""1", W/"7", "2""#, isWeak: true) == versions(1, 7, 2))
        #expect(tags(#""1", W/"7", "2""#, isWeak: false) == versions(1, 2))
        #expect(tags(#"W/"7""#, isWeak: false)?.matches(OrderVersion(number: 7)) == false)
    }

    @Test(
        "Tags that are not ours are tags all the same, and name nothing",
        arguments: [
            "", "abc", "01", "00", "-1", "+1", "1.0", "0x1", "1a", "a,b", "W/", "*", "!#$%&'()", "é", "\\",
            // More than a version can be, and what would overflow.
            "99999999999999999999", "18446744073709551616", "18446744073709551617", String(repeating: "9", count: 400),
        ])
    func foreign(tag: String) {
        for isWeak in [false, true] {
            #expect(tags("\"\(tag)\"", isWeak: isWeak) == versions())
            #expect(tags("\"\(tag)\", \"5\"", isWeak: isWeak) == versions(5))
        }
    }

    @Test(
        "What is no list of entity tags is none",
        arguments: [
            "", " ", ",", " , ,", "1", "abc", "\"", "\"1", "1\"", "'1'", #""1""2""#, #""1" "2""#, #""1"x"#, #"x"1""#,
            #""1","# + "2", #""1","2"#, #"*, "1""#, #""1", *"#, "**", #"w/"1""#, #"W /"1""#, #"W/ "1""#, "W/", "W/1",
            #"W/W/"1""#, "\"1 2\"", "\"1\t\"", "\"\u{0}\"", "\"\u{7F}\"", #""1";"2""#,
        ])
    func malformed(text: String) {
        for isWeak in [false, true] { #expect(tags(text, isWeak: isWeak) == nil, "\(text)") }
    }
}
