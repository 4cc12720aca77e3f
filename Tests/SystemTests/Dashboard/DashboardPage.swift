import Glibc
import TestServers

/// What tests ask the page in the browser.
enum DashboardPage {
    /// Texts that have to be large enough, or stand out enough, to be read: WCAG 2.2, 1.4.3. The ratio of the worst
    /// one.
    static let contrast = """
        (() => {
          const parse = (color) => color.match(/[\\d.]+/g).map(Number);
          const light = (color) => {
            const [r, g, b] = color.map((part) => part / 255)
              .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (element) => {
            for (; element !== null; element = element.parentElement) {
              const color = parse(getComputedStyle(element).backgroundColor);
              if (color.length === 3 || color[3] === 1) return color.slice(0, 3);
            }
            return [255, 255, 255];
          };
          let worst = 21;
          for (const element of document.querySelectorAll("body *")) {
            const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
            if (!hasText || element.getClientRects().length === 0) continue;
            const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
            worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
          }
          return worst;
        })()
        """

    /// How much moved that the user didn't move (Layout Instability API).
    static let shift = """
        new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 200);
        })
        """

    static let isLive = """
        document.body.dataset.connection === "live" &&
          getComputedStyle(document.querySelector("main")).opacity === "1"
        """

    static let line = "document.querySelector('#throughput-chart .line.accepted').getAttribute('d')"

    static func text(_ id: String) -> String { "document.getElementById('\(id)').textContent" }

    /// A folder for pictures to look at, if one is wanted.
    static func picture(_ directory: TemporaryDirectory, _ name: String) -> String {
        "\(getenv("SPILLWAY_SCREENSHOTS").map { String(cString: $0) } ?? directory.path)/\(name).png"
    }
}
