import Testing

@testable import Reactor

@Suite("ByteClass")
struct ByteClassTests {
    private static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    @Test("each class holds exactly the characters of its grammar", arguments: UInt8.min...UInt8.max)
    func classes(byte: UInt8) {
        let token = Set((Self.alphanumeric + "!#$%&'*+-.^_`|~").utf8)
        let name = Set((Self.alphanumeric + "-._~!$&'()*+,;=").utf8)
        #expect(ByteClass.token.contains(byte) == token.contains(byte))
        #expect(ByteClass.registeredName.contains(byte) == name.contains(byte))
        #expect(ByteClass.isTarget(byte) == ((0x21...0x7e).contains(byte) && byte != 0x23))
        #expect(ByteClass.isFieldValue(byte) == (byte == 9 || (0x20...0x7e).contains(byte) || byte >= 0x80))
        #expect(ByteClass.hexDigit(byte) == Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) })
    }

    @Test("eight bytes at once stop at the same byte as one at a time", arguments: UInt8.min...UInt8.max)
    func words(byte: UInt8) {
        // Each neighbour borrows or carries in its own way.
        for neighbour: UInt8 in [0x09, 0x20, 0x21, 0x7e, 0x80, 0xff] {
            for index in 0..<20 {
                var bytes = [UInt8](repeating: neighbour, count: 20)
                bytes[index] = byte
                let stop = bytes.span.skipFieldValue(from: 0, to: 20)
                #expect(stop == (ByteClass.isFieldValue(byte) ? 20 : index))
            }
        }
    }
}
