import Reactor
import Testing

@testable import Admin
@testable import App

@Suite struct AdminAPITests {
    private static let password = "pässword with spaces"

    private func harness(_ password: String? = AdminAPITests.password) throws -> APIHarness {
        try APIHarness { $0.adminPassword = password }
    }

    @Test("The digest of a password matches that password and no other, however alike")
    func compare() {
        let password = AdminPassword("open sesame")
        func matches(_ text: String) -> Bool {
            var text = text
            return text.withUTF8 { password.matches(UnsafeRawBufferPointer($0)) }
        }
        #expect(matches("open sesame"))
        for other in ["", "open sesam", "open sesame ", "Open sesame", "open sesamf"] { #expect(!matches(other)) }
    }

    @Test(
        "Who doesn't know the password is refused, and nothing is handed on",
        arguments: [
            (nil, nil), ("", nil), ("wrong", nil), (nil, "{}"), (nil, #"{"password":"wrong"}"#),
            (nil, #"{"password":""}"#),
            // The header wins.
            ("wrong", #"{"password":"pässword with spaces"}"#),
            // Of several the last one.
            (nil, #"{"password":"pässword with spaces","password":"wrong"}"#),
        ] as [(String?, String?)])
    func unauthorized(header: String?, body: String?) throws {
        let harness = try harness()
        let client = try harness.connect()
        for path in ["/admin/reset", "/admin/seed"] {
            client.send("POST", path, body, headers: header.map { ["X-Admin-Password: \($0)"] } ?? [])
            let reply = client.reply()
            #expect(reply?.status == 401)
            #expect(reply?.headers["www-authenticate"] != nil)
        }
        harness.adminInbox.close()
        #expect(harness.adminInbox.next() == nil)
    }

    @Test("Where no password is set nobody knows it", arguments: [nil, "", "x"] as [String?])
    func closed(header: String?) throws {
        let harness = try harness(nil)
        defer { withExtendedLifetime(harness) {} }
        let client = try harness.connect()
        client.send(
            "POST", "/admin/reset", #"{"password":""}"#, headers: header.map { ["X-Admin-Password: \($0)"] } ?? [])
        #expect(client.reply()?.status == 403)
    }

    @Test("A password in the header, or in the body where the header has none, opens; the answer is the admin thread's")
    func opens() throws {
        let harness = try harness()
        let client = try harness.connect()
        let answers: [(AdminOutcome, Int, String)] = [
            (.done(.reset), 200, #"{"message":"All orders were deleted"}"#),
            (.done(.seed(count: 7)), 201, #"{"message":"7 orders were added"}"#),
            (.failed("no \"queue\""), 503, #"{"error":"no \"queue\""}"#),
        ]
        for (index, (outcome, status, body)) in answers.enumerated() {
            if index == 0 {
                client.send("POST", "/admin/reset", nil, headers: ["X-Admin-Password: \(Self.password)"])
            } else {
                client.send("POST", "/admin/seed", #"{"count":7,"password":"\#(Self.password)","more":[1]}"#)
            }
            let request = try #require(harness.adminInbox.next())
            #expect(request.task == (index == 0 ? .reset : .seed(count: 7)))
            #expect(request.loop == 0 && .now() < request.deadline)
            harness.mailbox.post(.administered(AdminAnswer(token: request.token, outcome: outcome)))
            let reply = client.reply()
            #expect(reply?.status == status && reply?.body == body)
        }
    }

    @Test(
        "What is wrong with a body is said in words",
        arguments: [
            ("", "count must be an integer from 1 to 1000000"),
            ("{}", "count must be an integer from 1 to 1000000"),
            (#"{"count":0}"#, "count must be an integer from 1 to 1000000"),
            (#"{"count":1000001}"#, "count must be an integer from 1 to 1000000"),
            (#"{"count":5,"count":null}"#, "count must be an integer from 1 to 1000000"),
            (#"{"count":1,"password":7}"#, "password must be a text"),
            ("[]", "body must be a JSON object"),
            ("{", "body is not valid JSON: a comma, colon, bracket or value is missing or out of place"),
        ])
    func malformed(body: String, sentence: String) throws {
        let harness = try harness()
        defer { withExtendedLifetime(harness) {} }
        let client = try harness.connect()
        client.send("POST", "/admin/seed", body, headers: ["X-Admin-Password: \(Self.password)"])
        let reply = client.reply()
        #expect(reply?.status == 400 && reply?.body == #"{"error":"\#(sentence)"}"#)
    }

    @Test("When too much waits the next one is told at once")
    func full() throws {
        let harness = try harness()
        let client = try harness.connect()
        for _ in 0..<AdminInbox.capacity {
            client.send("POST", "/admin/reset", nil, headers: ["X-Admin-Password: \(Self.password)"])
        }
        let late = try harness.connect()
        client.send("GET", "/health")
        for _ in 0..<AdminInbox.capacity {
            let request = try #require(harness.adminInbox.next())
            harness.mailbox.post(.administered(AdminAnswer(token: request.token, outcome: .done(.reset))))
            #expect(client.reply()?.status == 200)
        }
        #expect(client.reply()?.status == 200)
        let waiting = try (0..<AdminInbox.capacity).map { _ in try harness.connect() }
        for one in waiting + [late] {
            one.send("POST", "/admin/reset", nil, headers: ["X-Admin-Password: \(Self.password)"])
            // Behind it in the same loop: when this is answered the request is in the inbox.
            #expect(try harness.request("GET", "/health")?.status == 200)
        }
        let reply = late.reply()
        #expect(reply?.status == 503 && reply?.headers["retry-after"] != nil)
    }
}
