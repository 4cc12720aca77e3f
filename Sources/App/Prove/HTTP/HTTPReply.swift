/// An answer of the service, or of a proxy in front of it.
struct HTTPReply: Equatable, Sendable {
    struct Field: Equatable, Sendable {
        /// In lower case.
        var name: String
        var value: String
    }

    var status: Int
    var fields: [Field] = []
    var body: [UInt8] = []
    /// Whether another request may follow on the connection.
    var staysOpen = true

    /// The first field of that name.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Made without the cache, and the answer says so itself (RFC 9211): what is accepted and not applied yet may be
    /// missing in it.
    var bypassedCache: Bool {
        fields.contains { field in
            field.name == "cache-status"
                && field.value.split(whereSeparator: { ";,".contains($0) }).contains { parameter in
                    parameter.filter { $0 != " " && $0 != "\"" }.lowercased() == "fwd=bypass"
                }
        }
    }

    /// For a message: the status and the beginning of the body, on one line.
    var summary: String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return "\(status) \(String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 }))"
    }
}
