import Orders

/// What a Content-Type says (RFC 9110, section 8.3.1).
enum MediaType {
    /// application/json, or another format that is JSON underneath (RFC 6839, section 3.1); with any parameters.
    static func isJSON(_ value: UnsafeRawBufferPointer) -> Bool {
        // Nearly always it is exactly that.
        let json: StaticString = "application/json"
        if value.count == json.utf8CodeUnitCount, value.hasBytes(json, at: 0) { return true }
        var end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
        while end > 0, value[end - 1] == UInt8(ascii: " ") || value[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        let type = UnsafeRawBufferPointer(rebasing: value[..<end])
        let prefix: StaticString = "application/"
        let suffix: StaticString = "+json"
        guard type.hasBytes(ignoringCase: prefix, at: 0) else { return false }
        let name = prefix.utf8CodeUnitCount
        if type.count == name + 4 { return type.hasBytes(ignoringCase: "json", at: name) }
        let suffixStart = end - suffix.utf8CodeUnitCount
        return suffixStart > name && type.hasBytes(ignoringCase: suffix, at: suffixStart)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether `lowercase` stands at `offset`, in whatever case.
    ///
    /// For the values of headers, which hold no control characters: setting bit 0x20 then makes no byte equal to one
    /// of the literal's but the other case of a letter, as long as that holds only letters, digits and ``+-./:``.
    func hasBytes(ignoringCase lowercase: StaticString, at offset: Int) -> Bool {
        let length = lowercase.utf8CodeUnitCount
        guard offset >= 0, length <= count - offset else { return false }
        for index in 0..<length where self[offset + index] | 0x20 != lowercase.utf8Start[index] { return false }
        return true
    }
}
