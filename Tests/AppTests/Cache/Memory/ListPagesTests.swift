import Reactor
import Testing

@testable import Cache
@testable import Orders

@Suite struct ListPagesTests {
    /// A class, since a test's closures can't hold what is not copyable.
    private final class Harness {
        private var pages: ListPages
        var seconds: UInt64 = 1000

        init(maxPages: Int, maxBytes: Int = .max) { pages = ListPages(maxPages: maxPages, maxBytes: maxBytes) }

        var count: Int { pages.count }
        var byteCount: Int { pages.byteCount }

        private var now: Deadline { Deadline(nanoseconds: seconds * 1_000_000_000) }

        func keep(_ query: String, bytes: Int = 1, version: UInt64 = 1, seconds life: Int = 30) throws {
            pages.keep(
                [UInt8](repeating: 7, count: bytes), of: try ListQuery(text: query), version: version,
                expiry: now.advanced(bySeconds: life), now: now)
        }

        func has(_ query: String, version: UInt64 = 1) throws -> Bool {
            pages.page(try ListQuery(text: query), version: version, now: now) != nil
        }
    }

    @Test("A page is given while it is of the version asked for and not expired")
    func given() throws {
        let pages = Harness(maxPages: 4)
        try pages.keep("status=a")
        #expect(try pages.has("status=a") && !pages.has("status=b") && !pages.has("status=a", version: 2))
        pages.seconds += 30
        #expect(try !pages.has("status=a"))
    }

    @Test("With a page of a new version those of the old one are gone, memory and all")
    func newVersion() throws {
        let pages = Harness(maxPages: 4)
        for status in ["a", "b", "c", "d"] { try pages.keep("status=\(status)") }
        let four = pages.byteCount
        try pages.keep("", version: 2)
        #expect(try pages.count == 1 && pages.byteCount < four && !pages.has("status=a") && pages.has("", version: 2))
    }

    @Test("A page that is kept again replaces the one before")
    func again() throws {
        let pages = Harness(maxPages: 4)
        try pages.keep("", bytes: 1000)
        let bytes = pages.byteCount
        try pages.keep("", bytes: 100)
        #expect(pages.count == 1 && pages.byteCount == bytes - 900)
    }

    @Test("Neither their number nor their bytes go over the bound, whatever is kept; too large a page alone is not")
    func bounds() throws {
        var random = SplitMix(state: 1)
        let pages = Harness(maxPages: 20, maxBytes: 10_000)
        for _ in 0..<5_000 {
            let cursor = UInt64.random(in: 0..<60, using: &random)
            if Bool.random(using: &random) {
                _ = try pages.has("after=\(cursor)")
            } else {
                try pages.keep("after=\(cursor)", bytes: Int.random(in: 0...3_000, using: &random))
            }
            #expect(pages.count <= 20 && pages.byteCount <= 10_000 && pages.byteCount >= 0)
        }
        try pages.keep("", bytes: 10_000)
        #expect(try !pages.has("") && pages.count > 0)
    }

    @Test("A flood of pages that are asked for once leaves those that are asked for now and then")
    func flood() throws {
        let pages = Harness(maxPages: 16)
        try pages.keep("")
        for cursor in 1...1_000 {
            // Once in as many reads as there are pages.
            if cursor % 15 == 0 { #expect(try pages.has("")) }
            try pages.keep("after=\(cursor)")
        }
        #expect(try pages.has("") && pages.count == 16)
    }

    @Test("Expired pages make room before those that are still asked for")
    func expired() throws {
        let pages = Harness(maxPages: 2)
        try pages.keep("after=1", seconds: 10)
        try pages.keep("after=2", seconds: 30)
        #expect(try pages.has("after=1") && pages.has("after=2"))
        pages.seconds += 20
        try pages.keep("after=3")
        #expect(try pages.has("after=2") && pages.has("after=3") && !pages.has("after=1"))
    }
}
