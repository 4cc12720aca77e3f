import Reactor
import Testing

@testable import API
@testable import Cache
@testable import Queue

/// What a request looks like before it is about orders.
@Suite struct RequestFormTests {
    private static let order = IngestHarness.order("Ada")

    private static func error(_ sentence: String) -> String { "{\"error\":\"\(sentence)\"}" }

    // MARK: The type of the body

    @Test("A body that says it isn't JSON is 415 wherever a body is taken")
    func mediaType() throws {
        let harness = try APIHarness()
        for (method, target) in [
            ("POST", "/orders"), ("POST", "/orders/batch"), ("PATCH", "/orders/\(testID(1))/status"),
            ("POST", "/admin/reset"), ("POST", "/admin/seed"),
        ] {
            for type in ["text/plain", "application/x-www-form-urlencoded"] {
                let reply = try harness.request(method, target, Self.order, headers: ["Content-Type: \(type)"])
                #expect(reply?.status == 415, "\(method) \(target)")
                #expect(reply?.body == Self.error("Content-Type must be application/json"))
            }
        }
        #expect(harness.cache.pendingCount == 0)
    }

    @Test("A body that says it is JSON, or nothing, is read; where none is, its type doesn't matter")
    func takenBodies() throws {
        let harness = try APIHarness()
        for headers in [[], ["Content-Type:"], ["content-type: application/json; charset=utf-8"]] {
            let client = try harness.connect()
            client.send("POST", "/orders", Self.order, headers: headers)
            harness.settle(harness.takeBatches(), .accepted)
            #expect(client.reply()?.status == 202, "\(headers)")
        }
        let empty = try harness.request("POST", "/orders", "", headers: ["Content-Type: text/plain"])
        #expect(empty?.status == 400)
        let read = try harness.request("GET", "/health", "x", headers: ["Content-Type: text/plain"])
        #expect(read?.status == 200)
    }

    @Test("Whoever brings no password is refused wherever one is needed")
    func password() throws {
        let harness = try APIHarness { $0.adminPassword = "open sesame" }
        let closed = try APIHarness()
        let guarded = Operation.allCases.filter(RouteTable(hasDashboard: true).guarded.contains)
        #expect(!guarded.isEmpty)
        for route in guarded.map(\.route) {
            let (method, path) = ("\(route.method.name)", "\(route.path)")
            #expect(try harness.request(method, path)?.status == 401, "\(route.name)")
            #expect(try closed.request(method, path)?.status == 403, "\(route.name)")
        }
    }

    // MARK: Methods

    @Test("A method that nobody knows is 501 on any path, one that the path has no use for 405")
    func methods() throws {
        let harness = try APIHarness()
        for target in ["/orders", "/nowhere", "*", "http://x", "/orders/\(testID(1))"] {
            for method in ["BREW", "get", "PROPFIND", "M-SEARCH"] {
                let reply = try harness.request(method, target)
                #expect(reply?.status == 501, "\(method) \(target)")
                #expect(
                    reply?.body == Self.error("unknown method; known here: GET, HEAD, POST, PATCH, DELETE, OPTIONS"))
            }
        }
        #expect(try harness.request("CONNECT", "example.org:443")?.status == 501)
        for method in ["PUT", "TRACE", "DELETE"] {
            let reply = try harness.request(method, "/orders")
            #expect(reply?.status == 405 && reply?.headers["allow"] == "GET, HEAD, POST, OPTIONS")
        }
        #expect(try harness.request("PUT", "/nowhere")?.status == 404)
    }

    @Test("OPTIONS tells the methods of a path, and those of the server as a whole")
    func options() throws {
        let harness = try APIHarness()
        for (target, allow) in [
            ("*", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"),
            ("http://x:80", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"),
            ("/orders", "GET, HEAD, POST, OPTIONS"), ("http://x/orders?a=b", "GET, HEAD, POST, OPTIONS"),
            ("/orders/\(testID(1))", "GET, HEAD, DELETE, OPTIONS"), ("/orders/batch", "POST, OPTIONS"),
        ] {
            let reply = try harness.request("OPTIONS", target)
            #expect(reply?.status == 204 && reply?.headers["allow"] == allow && reply?.body == "", "\(target)")
            #expect(reply?.headers["content-length"] == nil && reply?.headers["content-type"] == nil, "\(target)")
        }
        for target in ["/", "http://x/", "/nowhere", "/orders/"] {
            #expect(try harness.request("OPTIONS", target)?.status == 404, "\(target)")
        }
    }

    @Test("HEAD gets what GET gets, but for the body, errors included")
    func head() throws {
        let harness = try APIHarness()
        harness.show(testID(1), SampleOrder())
        for target in [
            "/health", "/ready", "/openapi.json", "/orders/\(testID(1))", "/nowhere", "/orders?limit=0",
            "/orders/batch",
            "/%zz",
        ] {
            var full = try harness.request("GET", target)
            var bare = try harness.request("HEAD", target)
            #expect(bare?.body == "" && full?.body != "", "\(target)")
            full?.headers["date"] = nil
            bare?.headers["date"] = nil
            #expect(bare?.status == full?.status && bare?.headers == full?.headers, "\(target)")
        }
    }

    // MARK: Targets

    @Test("An absolute target is the same as its path, whatever host it names")
    func absolute() throws {
        let harness = try APIHarness()
        harness.show(testID(1), SampleOrder())
        for target in ["http://x/health", "HTTPS://elsewhere:1/health?a", "http://x/orders/\(testID(1))"] {
            #expect(try harness.request("GET", target)?.status == 200, "\(target)")
        }
        for target in ["http://x", "http://x?limit=1", "http://x/", "http://x//health"] {
            #expect(try harness.request("GET", target)?.status == 404, "\(target)")
        }
    }

    @Test("Escapes are decoded once, a slash among them parts nothing, and a broken one is 400")
    func escapes() throws {
        let harness = try APIHarness()
        let id = testID(1)
        harness.show(id, SampleOrder())
        for target in ["/%68ealth", "/%6F%72ders/\(id)", "/orders/%30\("\(id)".dropFirst())"] {
            #expect(try harness.request("GET", target)?.status == 200, "\(target)")
        }
        for target in [
            "/orders%2F\(id)", "/orders%2f\(id)", "/orders/\(id)%2Fstatus", "%2Forders", "/%2Fhealth", "/%2568ealth",
            // Overlong forms of a slash and of h, NUL, and what is no UTF-8.
            "/orders%C0%AF\(id)", "/%C1%A8ealth", "/health%00", "/health%FF", "//health", "/health/", "/./health",
        ] {
            let reply = try harness.request("GET", target)
            // A target that begins with an escape is none of the four forms.
            #expect(reply?.status == (target.hasPrefix("%") ? 400 : 404), "\(target)")
        }
        for target in ["/%", "/health%", "/health%4", "/%zz", "/health%2", "/he%u0061lth"] {
            let reply = try harness.request("GET", target)
            #expect(reply?.status == 400, "\(target)")
            #expect(reply?.body == Self.error("the path holds a % without two hexadecimal digits"))
        }
    }
}
