/// One answer, read strictly.
struct HTTPAnswer: Sendable {
    let status: Int
    /// Names in lower case, in the order in which they came.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    subscript(header: String) -> String? { headers.first { $0.name == header }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// `.null` for what is not JSON, which no member of it then equals.
    var json: JSON { JSON(body) ?? .null }

    /// The sentence of an error answer: the only member, and not empty.
    var error: String? {
        guard case .object(let members) = json, members.count == 1, let sentence = json["error"]?.text,
            !sentence.isEmpty
        else { return nil }
        return sentence
    }
}

extension HTTPAnswer {
    /// Status line and header lines, without the empty line that ends them.
    init(head: String, body: [UInt8]) throws(ClientError) {
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let statusLine = lines.removeFirst().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard statusLine.count == 3, statusLine[0] == "HTTP/1.1", statusLine[1].count == 3,
            let status = Int(statusLine[1])
        else { throw .malformed("status line: \(head)") }
        var headers: [(name: String, value: String)] = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, !line.contains("\n") else {
                throw .malformed("header line: \(line)")
            }
            let value = line[line.index(after: colon)...]
            guard value.hasPrefix(" "), !value.hasSuffix(" ") else { throw .malformed("header line: \(line)") }
            headers.append((line[..<colon].lowercased(), String(value.dropFirst())))
        }
        self.init(status: status, headers: headers, body: body)
    }

    /// How many bytes follow the head.
    func bodyBytes(toHead isHead: Bool) throws(ClientError) -> Int {
        guard self["transfer-encoding"] == nil else { throw .malformed("unexpected Transfer-Encoding") }
        let lengths = headers.filter { $0.name == "content-length" }.map(\.value)
        if status < 200 || status == 204 || status == 304 {
            guard lengths.isEmpty else { throw .malformed("Content-Length with status \(status)") }
            return 0
        }
        guard lengths.count == 1, lengths[0].allSatisfy(\.isNumber), let count = Int(lengths[0]) else {
            throw .malformed("Content-Length: \(lengths)")
        }
        return isHead ? 0 : count
    }
}
