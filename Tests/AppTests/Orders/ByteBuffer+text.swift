import Reactor

@testable import Orders

extension ByteBuffer {
    /// The content as a String; traps on what is not UTF-8, which no test wants to see repaired.
    var string: String { bytes.string }
}

extension UnsafeRawBufferPointer {
    var string: String {
        guard let text = String(validating: self, as: UTF8.self) else { fatalError("not UTF-8") }
        return text
    }
}

extension UUID {
    /// For literals in tests.
    init(_ text: String) {
        var copy = text
        guard let id = copy.withUTF8({ UUID(text: UnsafeRawBufferPointer($0)) }) else {
            fatalError("not a UUID: \(text)")
        }
        self = id
    }

    var string: String {
        var buffer = ByteBuffer()
        buffer.append(self)
        return buffer.string
    }
}
