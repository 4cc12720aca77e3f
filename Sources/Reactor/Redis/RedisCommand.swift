/// Builds one command, byte by byte, as it goes over the wire; made once and used again for command after command.
///
/// The bytes are a RESP array of bulk strings from the first argument on, so that sending is one copy. What isn't known
/// before its end (the number of arguments, the length of one that is made of pieces) is put into room left for it.
///
/// Never SUBSCRIBE, MONITOR or anything else whose answers are not one for each command.
package struct RedisCommand: ~Copyable {
    /// Room for "*", ten digits and a line end.
    private static let headRoom = 13
    /// Room for "$", ten digits and a line end.
    private static let lengthRoom = 13

    private var buffer: ByteBuffer
    /// Where the head begins in its room.
    private var start = 0
    private var openArgument: Int?
    package private(set) var argumentCount = 0

    package init(capacity: Int = 256) {
        buffer = ByteBuffer(capacity: capacity)
        removeAll()
    }

    package var isEmpty: Bool { argumentCount == 0 }

    /// Bytes on the wire so far.
    package var byteCount: Int { buffer.count - start }

    /// Begins a new command in the same memory.
    package mutating func removeAll() {
        buffer.removeAll()
        buffer.append("0000000000000")
        argumentCount = 0
        openArgument = nil
        setHead()
    }

    /// Gives memory back that an uncommonly long command needed, and begins a new one.
    package mutating func release() {
        buffer.release()
        removeAll()
    }

    // MARK: Whole arguments

    package mutating func append(_ argument: UnsafeRawBufferPointer) {
        appendLength(argument.count)
        buffer.append(argument)
        endWholeArgument()
    }

    package mutating func append(_ argument: StaticString) {
        append(UnsafeRawBufferPointer(start: argument.utf8Start, count: argument.utf8CodeUnitCount))
    }

    package mutating func append(decimal value: UInt64) {
        beginArgument()
        buffer.append(decimal: value)
        endArgument()
    }

    /// For cold paths: the UTF-8 of a String.
    package mutating func append(string: String) {
        var copy = string
        copy.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    // MARK: An argument made of pieces

    /// Follow with pieces, then ``endArgument()``.
    package mutating func beginArgument() {
        precondition(openArgument == nil, "an argument is open")
        openArgument = buffer.count
        buffer.append("0000000000000")
    }

    package mutating func appendPiece(_ piece: UnsafeRawBufferPointer) {
        precondition(openArgument != nil, "no argument is open")
        buffer.append(piece)
    }

    package mutating func appendPiece(_ piece: StaticString) {
        precondition(openArgument != nil, "no argument is open")
        buffer.append(piece)
    }

    package mutating func appendPiece(byte: UInt8) {
        precondition(openArgument != nil, "no argument is open")
        buffer.append(byte: byte)
    }

    package mutating func appendPiece(decimal value: UInt64) {
        precondition(openArgument != nil, "no argument is open")
        buffer.append(decimal: value)
    }

    /// Lets `body` append pieces straight to the buffer; it must not take anything away from it.
    package mutating func appendPieces(_ body: (inout ByteBuffer) -> Void) {
        precondition(openArgument != nil, "no argument is open")
        let before = buffer.count
        body(&buffer)
        precondition(buffer.count >= before)
    }

    package mutating func endArgument() {
        guard let open = openArgument else { preconditionFailure("no argument is open") }
        openArgument = nil
        let begin = open + Self.lengthRoom
        let length = buffer.count - begin
        let bytes = buffer.mutableBytes
        let unused = Self.lengthRoom - Self.headSize(of: length)
        Self.writeHead("$", length, into: bytes, at: open)
        // Redis takes no length with leading zeros, so the room that the digits don't need goes.
        let room = UnsafeMutableRawBufferPointer(rebasing: bytes[(begin - unused)...].prefix(length))
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[begin...]))
        buffer.truncate(to: buffer.count - unused)
        endWholeArgument()
    }

    // MARK: On the wire

    /// Lends the whole command.
    borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        precondition(openArgument == nil && argumentCount > 0, "the command is not complete")
        return body(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]))
    }

    /// Begins `EVALSHA sha` with the arguments of `call` behind it.
    mutating func setScriptCall(sha: String, _ call: borrowing RedisCommand) {
        removeAll()
        append("EVALSHA")
        append(string: sha)
        precondition(call.openArgument == nil)
        buffer.append(UnsafeRawBufferPointer(rebasing: call.buffer.bytes[Self.headRoom...]))
        argumentCount += call.argumentCount
        setHead()
    }

    // MARK: Lengths

    private mutating func appendLength(_ length: Int) {
        precondition(openArgument == nil, "an argument is open")
        buffer.append(byte: UInt8(ascii: "$"))
        buffer.append(decimal: UInt64(length))
        buffer.append("\r\n")
    }

    private mutating func endWholeArgument() {
        buffer.append("\r\n")
        argumentCount += 1
        setHead()
    }

    private mutating func setHead() {
        start = Self.headRoom - Self.headSize(of: argumentCount)
        Self.writeHead("*", argumentCount, into: buffer.mutableBytes, at: start)
    }

    private static func headSize(of number: Int) -> Int {
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits + 3
    }

    private static func writeHead(
        _ sign: Unicode.Scalar, _ number: Int, into bytes: UnsafeMutableRawBufferPointer, at offset: Int
    ) {
        // No argument and no command has 10^10 bytes or arguments: Redis takes 512 MB and 2^20.
        let size = headSize(of: number)
        precondition(size <= headRoom && offset + size <= bytes.count)
        bytes[offset] = UInt8(ascii: sign)
        var rest = number
        var index = offset + size - 3
        while index > offset {
            bytes[index] = UInt8(truncatingIfNeeded: rest % 10) &+ 48
            rest /= 10
            index -= 1
        }
        bytes[offset + size - 2] = 13
        bytes[offset + size - 1] = 10
    }
}
