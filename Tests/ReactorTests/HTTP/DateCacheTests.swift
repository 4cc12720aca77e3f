import Reactor
import Testing

@Suite("DateCache")
struct DateCacheTests {
    private static func line(_ cache: DateCache) -> String {
        var buffer = ByteBuffer()
        cache.append(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test(
        "a second is written as an IMF-fixdate (RFC 9110 section 5.6.7)",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (86_399, "Thu, 01 Jan 1970 23:59:59 GMT"),
            (86_400, "Fri, 02 Jan 1970 00:00:00 GMT"),
            (68_169_599, "Mon, 28 Feb 1972 23:59:59 GMT"),
            (68_169_600, "Tue, 29 Feb 1972 00:00:00 GMT"),
            (68_256_000, "Wed, 01 Mar 1972 00:00:00 GMT"),
            (946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"),
            (946_684_800, "Sat, 01 Jan 2000 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (978_307_199, "Sun, 31 Dec 2000 23:59:59 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (2_147_483_647, "Tue, 19 Jan 2038 03:14:07 GMT"),
            (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ])
    func fixdate(second: Int, expected: String) {
        #expect(Self.line(DateCache(second: second)) == "Date: \(expected)\r\n")
    }

    @Test("the line follows the clock, forwards and backwards")
    func update() {
        var cache = DateCache(second: 0)
        cache.update(second: 1)
        #expect(Self.line(cache) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n")
        cache.update(second: 0)
        #expect(Self.line(cache) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
    }

    @Test("every day of eight centuries follows the one before it")
    func everyDay() {
        var expected = (year: 1970, month: 1, day: 1)
        for days in 0..<292_194 {
            let date = CivilDate(daysSinceEpoch: days)
            guard date.year == expected.year, date.month == expected.month, date.day == expected.day else {
                Issue.record("\(days): \(date), not \(expected)")
                return
            }
            let isLeap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            expected.day += 1
            if expected.day > lengths[expected.month - 1] {
                expected.day = 1
                expected.month += 1
            }
            if expected.month > 12 {
                expected.month = 1
                expected.year += 1
            }
        }
    }
}
