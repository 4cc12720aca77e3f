import Reactor
import Reference

// Small, so that inputs of a few hundred bytes reach them.
private let limits = HTTPLimits(
    requestLineBytes: 96, headBytes: 384, headerCount: 8, bodyBytes: 192, chunkOverheadBytes: 96, trailerBytes: 48)

/// The first two bytes say where the rest, all that a connection receives, is split.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let stream = Array(bytes[2...])
    let whole = Conversation(stream, stops: [stream.count], limits)
    let stops = [Int(bytes[0]), Int(bytes[0]) + Int(bytes[1])].filter { $0 < stream.count }
    guard Conversation(stream, stops: stops + [stream.count], limits) == whole else { fatalError("split at \(stops)") }
    if stream.count <= 96 {
        guard Conversation(stream, stops: Array(0...stream.count), limits) == whole else { fatalError("byte by byte") }
    }
    var start = 0
    for request in whole.requests {
        judge(request, Array(stream[start...]))
        start += request.consumed
    }
    guard start <= stream.count else { fatalError("consumed \(start) of \(stream.count) bytes") }
    return 0
}

/// What was accepted must be a request by a second, simpler reading of RFC 9112; `bytes` begin with it.
private func judge(_ request: Conversation.Request, _ bytes: [UInt8]) {
    var end = 0
    guard var line = ReferenceChunks.line(bytes, &end) else { fatalError("no request line") }
    if line.isEmpty { line = ReferenceChunks.line(bytes, &end) ?? [] }
    let parts = line.split(separator: 32, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty, parts[2].hasPrefix("HTTP/1."), parts[2].count == 8
    else { fatalError("request line \(parts)") }
    var lengths: [String] = []
    var codings: [String] = []
    var hosts = 0
    while let field = ReferenceChunks.line(bytes, &end), !field.isEmpty {
        guard ReferenceChunks.isField(field) else { fatalError("a header is no field") }
        // Of bytes: to Swift's strings a colon with a combining mark behind it is no colon.
        let name = field.prefix { $0 != UInt8(ascii: ":") }
        let value = String(
            decoding: field.dropFirst(name.count + 1).drop { $0 == 32 || $0 == 9 }, as: UTF8.self)
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "content-length": lengths.append(value)
        case "transfer-encoding": codings.append(value)
        case "host": hosts += 1
        default: break
        }
    }
    guard end == request.headBytes else { fatalError("the head ends at \(end), not at \(request.headBytes)") }
    guard hosts == 1 || (hosts == 0 && parts[2] == "HTTP/1.0") else { fatalError("\(hosts) hosts") }
    guard lengths.count + codings.count <= 1 else { fatalError("ambiguous length accepted: \(lengths) \(codings)") }
    if codings.isEmpty {
        let digits = lengths.first.map { $0.prefix { $0.isASCII && $0.isNumber } } ?? "0"
        guard Int(digits) == request.body.count, end + request.body.count == request.consumed,
            request.body[...] == bytes[end..<request.consumed]
        else { fatalError("a body of \(request.body.count) bytes where the length is \(lengths)") }
    } else {
        guard let reference = ReferenceChunks(bytes, from: end), reference.body == request.body,
            reference.end == request.consumed
        else { fatalError("a chunked body that the reference reads otherwise") }
    }
}
