import Testing

@testable import Reactor

@Suite("RedisCommand")
struct RedisCommandTests {
    private func wire(_ command: borrowing RedisCommand) -> String {
        command.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("arguments of every kind are bulk strings of one array")
    func kinds() {
        var command = RedisCommand()
        command.append("SET")
        command.append(string: "naïve")
        command.append(decimal: 0)
        command.append(decimal: .max)
        [UInt8](arrayLiteral: 13, 10, 0).withUnsafeBytes { command.append($0) }
        command.append("")
        #expect(
            wire(command)
                == "*6\r\n$3\r\nSET\r\n$6\r\nnaïve\r\n$1\r\n0\r\n$20\r\n18446744073709551615\r\n$3\r\n\r\n\0\r\n$0\r\n\r\n"
        )
        let counts = [command.argumentCount, command.byteCount]
        #expect(counts == [6, wire(command).utf8.count])
    }

    @Test("an argument made of pieces has the length of all of them", arguments: [0, 1, 9, 10, 99, 100, 12345])
    func pieces(length: Int) {
        var command = RedisCommand()
        command.append("GET")
        command.beginArgument()
        for index in 0..<length { command.appendPiece(byte: UInt8(ascii: "a") + UInt8(index % 26)) }
        command.endArgument()
        command.beginArgument()
        command.appendPiece("a:")
        command.appendPiece(decimal: 12)
        command.appendPieces { $0.append(":b") }
        command.endArgument()
        let text = String(decoding: (0..<length).map { UInt8(ascii: "a") + UInt8($0 % 26) }, as: UTF8.self)
        #expect(wire(command) == "*3\r\n$3\r\nGET\r\n$\(length)\r\n\(text)\r\n$6\r\na:12:b\r\n")
    }

    @Test("the number of arguments is right at each power of ten, and the memory is used again")
    func counts() {
        var command = RedisCommand()
        for count in [1, 9, 10, 11, 99, 100, 101, 999, 1000, 2001] {
            command.removeAll()
            for _ in 0..<count { command.append("x") }
            #expect(wire(command) == "*\(count)\r\n" + String(repeating: "$1\r\nx\r\n", count: count))
        }
        command.release()
        let isEmpty = command.isEmpty
        #expect(isEmpty)
        command.append("PING")
        #expect(wire(command) == "*1\r\n$4\r\nPING\r\n")
    }

    @Test("a call of a script has the hash and the arguments behind the command's name")
    func script() {
        var arguments = RedisCommand()
        for _ in 0..<9 { arguments.append("k") }
        var call = RedisCommand()
        for _ in 0..<2 {
            call.setScriptCall(sha: String(repeating: "f", count: 40), arguments)
            let sha = String(repeating: "f", count: 40)
            #expect(
                wire(call)
                    == "*11\r\n$7\r\nEVALSHA\r\n$40\r\n\(sha)\r\n" + String(repeating: "$1\r\nk\r\n", count: 9))
        }
    }
}
