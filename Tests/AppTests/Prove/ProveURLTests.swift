import Testing

@testable import Prove

@Suite("URLs of prove") struct ProveURLTests {
    @Test("Names and addresses, with and without a port")
    func good() throws {
        for (text, host, port) in [
            ("http://localhost:8080", "localhost", 8080), ("HTTP://a-b.example.com/", "a-b.example.com", 80),
            ("http://127.0.0.1:1", "127.0.0.1", 1), ("http://[::1]:8080", "::1", 8080),
            ("http://[fe80::1]", "fe80::1", 80),
        ] {
            let url = try ProveURL(text)
            #expect(url.host == host && Int(url.port) == port, "\(text)")
        }
        #expect(try ProveURL("http://[::1]").description == "http://[::1]:80")
    }

    @Test(
        "What is none, or can't be asked",
        arguments: [
            "", "localhost:8080", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:b",
            "http://a/orders", "http://user:pass@a", "http://a b", "http://::1:80", "http://[a]", "http://[::1",
            "http://a?x",
        ])
    func bad(text: String) {
        #expect(throws: ProveURL.Failure.self) { try ProveURL(text) }
    }

    @Test("https is refused with a sentence that says so")
    func https() throws {
        do {
            _ = try ProveURL("https://a")
            Issue.record("taken")
        } catch { #expect(error.description.contains("https is not supported")) }
    }
}
