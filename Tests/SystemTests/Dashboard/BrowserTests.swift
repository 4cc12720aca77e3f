import TestServers
import Testing

extension SystemTests {
    @Suite("The dashboard in Chromium") struct BrowserTests {
        private let directory = TemporaryDirectory()

        private static let looks = [
            (width: 1280, isDark: false), (width: 1280, isDark: true), (width: 360, isDark: false),
            (width: 360, isDark: true),
        ]

        @Test(
            "It shows what was done, on any screen, by day and night, without a word in the console or to anybody else")
        func figures() throws {
            let server = try ServerProcess(in: directory)
            let client = server.client()
            let orders = (0..<200).map { _ in TestOrder(customer: "Ada").body }.joined(separator: ",")
            for _ in 0..<6 { #expect(try client.request("POST", "/orders/batch", body: "[\(orders)]").status == 202) }
            for number in 0..<34 { #expect(try client.create(TestOrder(customer: "\(number)")).status == 202) }
            let url = "http://127.0.0.1:\(server.port)/dashboard"
            let steps: [[Browser.Step]] = Self.looks.map { look in
                [
                    .open(url, width: look.width, isDark: look.isDark), .until(DashboardPage.isLive),
                    .until(
                        "\(DashboardPage.text("applied-total")) === '1,234' && \(DashboardPage.text("accepted-rate")) !== '–'"
                    ),
                    .read(DashboardPage.text("accepted-total")), .read(DashboardPage.text("status-text")),
                    .read(DashboardPage.text("backlog")),
                    .read("document.getElementById('pid').textContent"),
                    .read("document.querySelectorAll('#parts li[data-state=working]').length"),
                    .read("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
                    .read(DashboardPage.contrast), .read(DashboardPage.shift), .read(DashboardPage.line),
                    .screenshot(DashboardPage.picture(directory, "\(look.width)-\(look.isDark ? "dark" : "light")")),
                    .seen,
                ]
            }
            let browser = try Browser(steps.flatMap { $0 }, in: directory)
            let results = browser.results(steps.count * steps[0].count)
            try #require(results.count == steps.count * steps[0].count, "\(browser.errors)")
            for (index, look) in Self.looks.enumerated() {
                let shown = Array(results[(index * steps[0].count)...].prefix(steps[0].count))
                #expect(shown[1] == .boolean(true) && shown[2] == .boolean(true), "\(look)")
                #expect(shown[3] == .string("1,234"), "\(look)")
                #expect(shown[4] == .string("All dependencies work") && shown[5] == .string("0"), "\(look)")
                #expect(shown[6] == .string("\(server.process.pid)") && shown[7] == .integer(4), "\(look)")
                #expect(shown[8] == .integer(0), "it can be scrolled sideways: \(look)")
                #expect(shown[9].number ?? 0 >= 4.5, "hard to read: \(look)")
                #expect(shown[10].number ?? 1 < 0.05, "the layout moves: \(look)")
                #expect(shown[11].text?.hasPrefix("M") == true, "nothing is drawn: \(look)")
                #expect(shown[13]["console"] == .array([]) && shown[13]["violations"] == .array([]), "\(look)")
                #expect(shown[13]["requests"] == .array([.string(url), .string(url + "/events")]), "\(look)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("Numbers are written as people read them")
        func numbers() throws {
            let server = try ServerProcess(in: directory)
            let cases: [(expression: String, texts: [String])] = [
                (
                    "[null, 0, 0.04, 0.4, 9.96, 87.4, 999.6, 1234, 9999, 9999.6, 12345, 999499, 999600, 4560000, 7.2e9]"
                        + ".map((value) => Format.count(value))",
                    [
                        "–", "0", "<0.1", "0.4", "10", "87", "1,000", "1,234", "9,999", "10.0k", "12.3k", "999k",
                        "1.00M",
                        "4.56M", "7.20G",
                    ]
                ),
                (
                    "[null, 0, 0.1, 0.9996, 3.217, 120.4, 999.6, 1234, 59940, 59960, 200000, 7500000, 356400000]"
                        + ".map((value) => Format.duration(value))",
                    [
                        "–", "0 ms", "100 µs", "1.00 ms", "3.22 ms", "120 ms", "1.0 s", "1.2 s", "59.9 s", "1 min",
                        "3 min 20 s", "2 h 5 min", "4 d 3 h",
                    ]
                ),
                (
                    "[null, 0, 1, 0.9999, 0.0001, 0.5, 0.123, 0.012].map((value) => Format.percent(value))",
                    ["–", "0 %", "100 %", "99.9 %", "0.1 %", "50 %", "12 %", "1.2 %"]
                ),
                (
                    "[null, 512, 1023, 1024, 123456789, 5e12].map((value) => Format.bytes(value))",
                    ["–", "512 B", "1023 B", "1.00 KiB", "118 MiB", "4.55 TiB"]
                ),
                (
                    "[0.3, 1, 1.1, 4, 7, 12, 999].map((value) => String(Chart.roundTop(value)))",
                    [
                        "0.5", "1", "2", "5", "10", "20", "1000",
                    ]
                ),
            ]
            let open = Browser.Step.open("http://127.0.0.1:\(server.port)/dashboard", width: 1280, isDark: false)
            let steps = [open, .until(DashboardPage.isLive)] + cases.map { .read($0.expression) }
            let browser = try Browser(steps, in: directory)
            let results = browser.results(steps.count)
            try #require(results.count == steps.count, "\(browser.errors)")
            for (shown, expected) in zip(results.dropFirst(2), cases) {
                #expect(shown == .array(expected.texts.map(JSON.string)), "\(expected.expression)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test("An event that is told again is one point; a clock that was set back begins anew")
        func timeline() throws {
            let server = try ServerProcess(in: directory)
            let browser = try Browser(
                [
                    .open("http://127.0.0.1:\(server.port)/dashboard", width: 1280, isDark: false),
                    .until(DashboardPage.isLive),
                    .read(
                        """
                        (() => {
                          const timeline = new Timeline("one");
                          return [1000, 2000, 2000, 3000, 2500].map((time) => {
                            timeline.add({ time });
                            return timeline.points.length;
                          });
                        })()
                        """),
                ], in: directory)
            #expect(browser.result(of: 2) == .array([1, 2, 2, 3, 1].map(JSON.integer)), "\(browser.errors)")
            #expect(server.stop() == .exited(0))
        }

        @Test("A script that somebody slips into the page doesn't run, and nothing is fetched from elsewhere")
        func policy() throws {
            let server = try ServerProcess(in: directory)
            let other = try ServerProcess(in: TemporaryDirectory())
            let elsewhere = "http://127.0.0.1:\(other.port)/health"
            let slip = """
                (() => {
                  try {
                    const script = document.createElement("script");
                    script.append("window.slipped = true");
                    document.body.append(script);
                  } catch { }
                  return window.slipped ?? false;
                })()
                """
            let browser = try Browser(
                [
                    .open("http://127.0.0.1:\(server.port)/dashboard", width: 1280, isDark: false),
                    .until(DashboardPage.isLive),
                    .read(slip), .read("fetch('\(elsewhere)').then(() => 'fetched', () => 'refused')"),
                    .read("fetch('/health').then(() => 'fetched', () => 'refused')"), .seen,
                ], in: directory)
            let results = browser.results(6)
            try #require(results.count == 6, "\(browser.errors)")
            #expect(results[2] == .boolean(false) && results[3] == .string("refused"))
            #expect(results[4] == .string("fetched"))
            #expect(results[5]["violations"]?.array?.isEmpty == false)
            #expect(results[5]["requests"]?.array?.contains(.string(elsewhere)) == false)
            #expect(server.stop() == .exited(0) && other.stop() == .exited(0))
        }
    }
}
