/// An answer that has begun and whose end is not known: what its connection keeps of it.
struct ResponseStream {
    let sequence: UInt32
    let status: HTTPStatus
    /// Whether the answer is sent in chunks. Otherwise it ends with the connection.
    let isChunked: Bool
    let logTicket: UInt32
    /// The encoded head, for the access log; empty without a log.
    let head: [UInt8]
    /// Bytes of the body so far, without its framing.
    private(set) var bodyBytes = 0
    /// Bytes of the body that the connection was given so far, with its framing.
    private(set) var framedBytes = 0

    init(sequence: UInt32, status: HTTPStatus, isChunked: Bool, logTicket: UInt32, head: [UInt8]) {
        self.sequence = sequence
        self.status = status
        self.isChunked = isChunked
        self.logTicket = logTicket
        self.head = head
    }

    /// Appends `bytes`, at least one: an empty chunk would be the end (RFC 9112 section 7.1).
    mutating func encode(_ bytes: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        precondition(!bytes.isEmpty)
        let before = output.count
        if isChunked {
            output.append(hexadecimal: bytes.count)
            output.append("\r\n")
        }
        output.append(bytes)
        if isChunked { output.append("\r\n") }
        bodyBytes += bytes.count
        framedBytes += output.count - before
    }

    /// What says that the body is whole; nothing where the end of the connection says so.
    func encodeEnd(into output: inout ByteBuffer) {
        if isChunked { output.append("0\r\n\r\n") }
    }
}

extension ByteBuffer {
    /// Not negative, without leading zeros.
    fileprivate mutating func append(hexadecimal value: Int) {
        let highest = max(0, (value.bitWidth - 1 - value.leadingZeroBitCount) / 4)
        for digit in stride(from: highest, through: 0, by: -1) {
            let nibble = UInt8(value >> (4 * digit) & 0xf)
            append(byte: nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }
}
