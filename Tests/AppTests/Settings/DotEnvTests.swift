import Testing

@testable import Settings

@Suite struct DotEnvTests {
    @Test(
        "A line gives a name its value",
        arguments: [
            ("A=1", ["A": "1"]), ("A=", ["A": ""]), ("", [:]), ("\n\n  \n", [:]), ("# comment", [:]),
            ("  # comment", [:]),
            ("  A  =  b c  ", ["A": "b c"]), ("export A=1", ["A": "1"]), ("export   A=1", ["A": "1"]),
            ("A=1\nB=2\n", ["A": "1", "B": "2"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]), ("A=1\nA=2", ["A": "2"]),
            ("_a9=x", ["_a9": "x"]), ("A=b=c==", ["A": "b=c=="]), ("exported=1", ["exported": "1"]),
            // Quotes keep what is in them; what follows may only be a comment.
            ("A=\"b c\"", ["A": "b c"]), ("A='b \"c\" # d'", ["A": "b \"c\" # d"]), ("A=\"it's\"", ["A": "it's"]),
            ("A=\"  b  \"", ["A": "  b  "]), ("A=\"\"", ["A": ""]), ("A='x' # why", ["A": "x"]),
            ("A='a\\nb'", ["A": "a\\nb"]),
            // Without quotes a comment begins behind white space only.
            ("A=b # c", ["A": "b"]), ("A=b#c", ["A": "b#c"]), ("A=#c", ["A": ""]), ("A= # c", ["A": ""]),
            ("URL=mysql://u:p@h/d?ssl=true#x", ["URL": "mysql://u:p@h/d?ssl=true#x"]),
            ("A=na\u{ef}ve", ["A": "na\u{ef}ve"]),
            ("A=\"open", nil), ("A=b'c", ["A": "b'c"]),
        ] as [(String, [String: String]?)])
    func lines(text: String, expected: [String: String]?) throws {
        guard let expected else {
            #expect(throws: DotEnv.Malformed(line: 1)) { try DotEnv.parse(text) }
            return
        }
        #expect(try DotEnv.parse(text) == expected)
    }

    @Test(
        "Anything else is refused with its line",
        arguments: [
            ("A", 1), ("=1", 1), ("A=1\n\nB", 3), ("1A=x", 1), ("A B=x", 1), ("A-B=x", 1), ("export", 1), ("é=1", 1),
            ("A='x' y", 1), ("A=1\n# fine\nB=\"x", 3), ("A='", 1),
        ])
    func refused(text: String, line: Int) {
        #expect(throws: DotEnv.Malformed(line: line)) { try DotEnv.parse(text) }
    }
}
