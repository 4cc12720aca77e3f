import Reactor
import Testing

@testable import API
@testable import Queue

@Suite struct CORSTests {
    private static let shop = "https://shop.example"
    private static let other = "http://localhost:3000"
    private static let exposed = "Location, ETag, Retry-After, Idempotent-Replayed, Allow"

    private static func listed() throws -> APIHarness {
        try APIHarness { $0.cors = .only([shop, other].compactMap(WebOrigin.init)) }
    }

    private static func headers(of reply: APIClient.Reply?) -> [String: String]? {
        reply?.headers.filter { $0.key.hasPrefix("access-control-") || $0.key == "vary" }
    }

    private static func readable(by origin: String) -> [String: String] {
        let headers = ["access-control-allow-origin": origin, "access-control-expose-headers": exposed]
        return origin == "*" ? headers : headers.merging(["vary": "Origin"]) { $1 }
    }

    // MARK: Who may read

    @Test("By default every script may read; what no script sent gets no header for scripts")
    func anyOrigin() throws {
        let harness = try APIHarness()
        for origin in [Self.shop, "null", "HTTP://X"] {
            let reply = try harness.request("GET", "/health", headers: ["Origin: \(origin)"])
            #expect(reply?.status == 200 && Self.headers(of: reply) == Self.readable(by: "*"))
        }
        #expect(Self.headers(of: try harness.request("GET", "/health")) == [:])
    }

    @Test("With a list only its origins may read, and caches are told that answers differ, whoever asked")
    func listedOrigins() throws {
        let harness = try Self.listed()
        for (sent, allowed) in [(Self.shop, Self.shop), ("HTTPS://SHOP.Example", Self.shop), (Self.other, Self.other)] {
            let reply = try harness.request("GET", "/health", headers: ["origin: \(sent)"])
            #expect(Self.headers(of: reply) == Self.readable(by: allowed), "\(sent)")
        }
        for sent in [
            "https://shop.example.evil", "http://shop.example", "https://shop.example:444", "https://shop.exampl",
            "https://shop.example/", "null", "*", "",
        ] {
            let reply = try harness.request("GET", "/health", headers: ["Origin: \(sent)"])
            #expect(reply?.status == 200 && Self.headers(of: reply) == ["vary": "Origin"], "\(sent)")
        }
        #expect(Self.headers(of: try harness.request("GET", "/health")) == ["vary": "Origin"])
    }

    @Test("Switched off, nothing is said to scripts")
    func off() throws {
        let harness = try APIHarness { $0.cors = .off }
        let headers = ["Origin: \(Self.shop)", "Access-Control-Request-Method: POST"]
        for method in ["GET", "OPTIONS"] {
            #expect(Self.headers(of: try harness.request(method, "/orders/batch", headers: headers)) == [:])
        }
    }

    // MARK: Preflights

    @Test("A preflight is told the path's methods, the headers it asked for, and for how long that holds")
    func preflight() throws {
        let ask = ["Origin: \(Self.shop)", "Access-Control-Request-Method: PATCH"]
        let names = "Access-Control-Request-Headers"
        for (harness, origin) in [(try APIHarness(), "*"), (try Self.listed(), Self.shop)] {
            for (asked, allowed) in [
                (nil, nil), ("content-type", "content-type"), ("x-a,x-b ,\tx-c!", "x-a,x-b ,\tx-c!"), ("", nil),
                ("x a", nil), ("x-a,,x-b", nil), ("x-a,", nil), ("x:a", nil), ("\"a\"", nil),
            ] as [(String?, String?)] {
                let reply = try harness.request(
                    "OPTIONS", "/orders/\(testID(1))/status", headers: ask + (asked.map { ["\(names): \($0)"] } ?? []))
                let expected = [
                    "access-control-allow-methods": "PATCH, OPTIONS", "access-control-max-age": "7200",
                    "access-control-allow-headers": allowed
                        ?? "Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Admin-Password",
                ]
                #expect(reply?.status == 204 && reply?.headers["allow"] == "PATCH, OPTIONS")
                let all = Self.readable(by: origin).merging(expected) { $1 }
                #expect(Self.headers(of: reply) == all, "\(asked ?? "none")")
            }
        }
    }

    @Test("A preflight of a stranger, or a plain OPTIONS, is told the methods and nothing else")
    func noPreflight() throws {
        let method = "Access-Control-Request-Method: POST"
        let stranger = try Self.listed().request("OPTIONS", "/orders", headers: ["Origin: http://x", method])
        #expect(stranger?.status == 204 && stranger?.headers["allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(Self.headers(of: stranger) == ["vary": "Origin"])
        let harness = try APIHarness()
        let plain = try harness.request("OPTIONS", "/orders", headers: ["Origin: \(Self.shop)"])
        #expect(plain?.status == 204 && Self.headers(of: plain) == Self.readable(by: "*"))
        #expect(Self.headers(of: try harness.request("OPTIONS", "/orders", headers: [method])) == [:])
        let nowhere = try harness.request("OPTIONS", "/nowhere", headers: ["Origin: \(Self.shop)", method])
        #expect(nowhere?.status == 404 && Self.headers(of: nowhere) == Self.readable(by: "*"))
    }

    // MARK: All kinds of answers

    @Test("A script can read every error, those that are found before the request is looked at included")
    func errors() throws {
        let harness = try APIHarness {
            $0.cors = .only([Self.shop].compactMap(WebOrigin.init))
            $0.limits.http = HTTPLimits(bodyBytes: 50)
        }
        let origin = "Origin: \(Self.shop)"
        let large = String(repeating: "x", count: 51)
        for (status, method, target, body, headers) in [
            (404, "GET", "/nowhere", nil, []), (405, "PUT", "/orders", nil, []), (501, "BREW", "/", nil, []),
            (400, "GET", "/%", nil, []), (400, "GET", "/orders?limit=0", nil, []), (400, "POST", "/orders", "x", []),
            (415, "POST", "/orders", "x", ["Content-Type: text/plain"]), (413, "POST", "/orders", large, []),
        ] as [(Int, String, String, String?, [String])] {
            let reply = try harness.request(method, target, body, headers: headers + [origin])
            #expect(reply?.status == status, "\(method) \(target)")
            #expect(Self.headers(of: reply) == Self.readable(by: Self.shop), "\(method) \(target)")
        }
        let client = try harness.connect()
        // Content-Length, which is wrong, comes before the origin.
        client.send(raw: "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 51\r\n\(origin)\r\n\r\n")
        let early = client.reply()
        #expect(early?.status == 413 && Self.headers(of: early) == Self.readable(by: Self.shop))
        let chunked = try harness.connect()
        chunked.send(raw: "POST /orders HTTP/1.1\r\nHost: x\r\n\(origin)\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")
        let broken = chunked.reply()
        #expect(broken?.status == 400 && Self.headers(of: broken) == Self.readable(by: Self.shop))
        let garbled = try harness.connect()
        garbled.send(raw: "GET / HTTP/1.1\r\n\(origin)\r\nno header\r\n\r\n")
        let unknown = garbled.reply()
        #expect(unknown?.status == 400 && Self.headers(of: unknown) == ["vary": "Origin"])
    }

    @Test("A refused HEAD gets no body either")
    func refusedHead() throws {
        let harness = try APIHarness { $0.limits.http = HTTPLimits(bodyBytes: 5) }
        let client = try harness.connect()
        client.send("HEAD", "/health", "too much")
        let reply = client.reply(isHead: true)
        #expect(reply?.status == 413 && reply?.headers["content-length"] != "0" && client.isClosed())
    }

    @Test("Answers that come later know who asked")
    func later() throws {
        let harness = try Self.listed()
        harness.show(testID(1), SampleOrder())
        let origin = "Origin: \(Self.other)"
        let order = IngestHarness.order("Ada")
        for (method, target, body) in [
            ("POST", "/orders", order), ("POST", "/orders/batch", "[\(order)]"),
            ("DELETE", "/orders/\(testID(1))", nil),
            ("PATCH", "/orders/\(testID(1))/status", "{\"status\":\"paid\"}"),
        ] as [(String, String, String?)] {
            for outcome in [QueueOutcome.refused, .accepted] {
                let client = try harness.connect()
                client.send(method, target, body, headers: [origin])
                harness.settle(harness.takeBatches(), outcome)
                let reply = client.reply()
                #expect(reply?.status == (outcome == .accepted ? 202 : 503), "\(method) \(target)")
                #expect(Self.headers(of: reply) == Self.readable(by: Self.other), "\(method) \(target)")
            }
        }
        for order in [SampleOrder(), nil] {
            let client = try harness.connect()
            let id = testID(order == nil ? 2 : 3)
            client.send("GET", "/orders/\(id)", headers: [origin])
            #expect(harness.completeRead(order, id: id))
            let reply = client.reply()
            #expect(reply?.status == (order == nil ? 404 : 200))
            #expect(Self.headers(of: reply) == Self.readable(by: Self.other))
        }
    }
}
