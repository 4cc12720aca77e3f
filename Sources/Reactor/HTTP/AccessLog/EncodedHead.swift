/// Looks a header up in the head of an answer as it was sent.
enum EncodedHead {
    /// - Parameter name: in lower case.
    static func value(of name: [UInt8], in head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var rest = head[...]
        // The first line is the status line; all lines are our own, so each ends in CR LF and has ": " in it.
        while let end = rest.firstIndex(of: ByteClass.carriageReturn) {
            if let colon = rest[..<end].firstIndex(of: UInt8(ascii: ":")), colon + 2 <= end,
                HeaderName.isEqual(UnsafeRawBufferPointer(rebasing: rest[..<colon]), name)
            {
                return UnsafeRawBufferPointer(rebasing: rest[(colon + 2)..<end])
            }
            rest = rest[min(end + 2, rest.endIndex)...]
        }
        return nil
    }
}

enum HeaderName {
    /// Whether `name`, in whatever case, is `lowercase`.
    static func isEqual(_ name: UnsafeRawBufferPointer, _ lowercase: [UInt8]) -> Bool {
        guard name.count == lowercase.count else { return false }
        for index in 0..<name.count {
            let byte = name[index]
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if (isUpper ? byte | 0x20 : byte) != lowercase[index] { return false }
        }
        return true
    }
}
