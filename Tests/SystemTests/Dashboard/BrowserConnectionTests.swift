import TestServers
import Testing

extension SystemTests {
    @Suite("The dashboard in Chromium: its connection") struct BrowserConnectionTests {
        private let directory = TemporaryDirectory()

        @Test("When the service goes the page says since when it knows nothing, and it finds the next one by itself")
        func lostAndFound() throws {
            let port = FreePort.next()
            let first = try ServerProcess(in: directory, ["PORT": "\(port)"])
            let browser = try Browser(
                [
                    .open("http://127.0.0.1:\(port)/dashboard", width: 360, isDark: false),
                    .until(DashboardPage.isLive),
                    .until("document.body.dataset.connection === 'lost'"), .read(DashboardPage.text("status-text")),
                    .read("document.title"), .until("getComputedStyle(document.querySelector('main')).opacity < 0.6"),
                    .screenshot(DashboardPage.picture(directory, "lost")), .until(DashboardPage.isLive),
                    .read(DashboardPage.text("pid")),
                    .read(DashboardPage.text("status-text")),
                ], in: directory)
            try #require(browser.result(of: 1) == .boolean(true), "\(browser.errors)")
            #expect(first.stop() == .exited(0))
            #expect(browser.result(of: 2) == .boolean(true), "\(browser.errors)")
            #expect(browser.result(of: 3)?.text?.hasPrefix("No data since ") == true)
            #expect(browser.result(of: 4)?.text?.contains("no data") == true)
            #expect(browser.result(of: 5) == .boolean(true) && browser.result(of: 6) == .null)
            let second = try ServerProcess(in: directory, ["PORT": "\(port)"])
            #expect(browser.result(of: 7) == .boolean(true), "\(browser.errors)")
            #expect(browser.result(of: 8) == .string("\(second.process.pid)"))
            #expect(browser.result(of: 9) == .string("All dependencies work"))
            #expect(second.stop() == .exited(0))
        }

        @Test("A reload keeps what was seen, and a page that nobody sees lets the service rest until it is seen again")
        func reloadAndRest() throws {
            let server = try ServerProcess(in: directory)
            func look(isHidden: Bool) -> Browser.Step {
                .read(
                    """
                    (() => {
                      Object.defineProperty(document, "hidden", { value: \(isHidden), configurable: true });
                      document.dispatchEvent(new Event("visibilitychange"));
                      if (page.hiddenSince !== null) page.hiddenSince -= hiddenPatience;
                      return document.title;
                    })()
                    """)
            }
            let oldest = "page.history.points[0].time"
            let browser = try Browser(
                [
                    .open("http://127.0.0.1:\(server.port)/dashboard", width: 1280, isDark: false),
                    .until("page.history?.points.length >= 3"), .read(oldest),
                    .read("window.isOld = true; location.reload()"),
                    .until("window.isOld === undefined && page.history?.points.length >= 4"), .read(oldest),
                    look(isHidden: true), .until("page.source === null"), .read("document.title"),
                    look(isHidden: false), .until(DashboardPage.isLive), .until("!document.title.includes('paused')"),
                    .seen,
                ], in: directory)
            let results = browser.results(13)
            try #require(results.count == 13, "\(browser.errors)")
            #expect(results[1] == .boolean(true) && results[4] == .boolean(true))
            #expect(results[2].integer ?? 0 > 0 && results[2] == results[5])
            #expect(results[7] == .boolean(true) && results[8] == .string("Spillway (paused)"))
            #expect(results[10] == .boolean(true) && results[11] == .boolean(true))
            // The stream of before was closed, and one for each look begun.
            #expect(results[12]["requests"]?.array?.count { $0.text?.hasSuffix("/events") == true } == 3)
            #expect(results[12]["console"] == .array([]))
            #expect(server.stop() == .exited(0))
        }
    }
}
