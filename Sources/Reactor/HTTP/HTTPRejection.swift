/// Why a request is refused before any handler sees it; the connection closes after the answer, because where the next
/// request would begin is no longer certain.
package enum HTTPRejection: UInt8, Error, CaseIterable, Sendable {
    case malformedRequestLine
    case malformedTarget
    case requestLineTooLong
    case unsupportedVersion
    case malformedLineEnd
    case malformedHeaderName
    case malformedHeaderValue
    case foldedHeader
    case headTooLarge
    case tooManyHeaders
    case missingHost
    case repeatedHost
    case malformedHost
    case malformedContentLength
    case repeatedContentLength
    case malformedTransferEncoding
    case unsupportedTransferEncoding
    case transferEncodingInHTTP10
    case ambiguousLength
    case unsupportedExpectation
    case bodyTooLarge
    case malformedChunk
    case chunkOverhead
    case malformedTrailer
    case trailersTooLarge

    package var status: HTTPStatus {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .unsupportedVersion: .httpVersionNotSupported
        case .headTooLarge, .tooManyHeaders, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedTransferEncoding: .notImplemented
        case .unsupportedExpectation: .expectationFailed
        case .bodyTooLarge: .contentTooLarge
        case .malformedRequestLine, .malformedTarget, .malformedLineEnd, .malformedHeaderName, .malformedHeaderValue,
            .foldedHeader, .missingHost, .repeatedHost, .malformedHost, .malformedContentLength,
            .repeatedContentLength, .malformedTransferEncoding, .transferEncodingInHTTP10, .ambiguousLength,
            .malformedChunk, .chunkOverhead, .malformedTrailer:
            .badRequest
        }
    }

    /// One sentence for the client; free of characters that JSON would escape.
    package var reason: StaticString {
        switch self {
        case .malformedRequestLine: "The request line is malformed."
        case .malformedTarget: "The request target is malformed."
        case .requestLineTooLong: "The request line is too long."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are supported."
        case .malformedLineEnd: "A line of the head does not end in CR LF."
        case .malformedHeaderName: "A header name is malformed."
        case .malformedHeaderValue: "A header value contains a control character."
        case .foldedHeader: "A header is folded over several lines."
        case .headTooLarge: "The request head is too large."
        case .tooManyHeaders: "The request has too many headers."
        case .missingHost: "The Host header is missing."
        case .repeatedHost: "The Host header is repeated."
        case .malformedHost: "The Host header is malformed."
        case .malformedContentLength: "The Content-Length header is malformed."
        case .repeatedContentLength: "The Content-Length header is repeated."
        case .malformedTransferEncoding: "The Transfer-Encoding header is malformed."
        case .unsupportedTransferEncoding: "The only supported transfer coding is chunked."
        case .transferEncodingInHTTP10: "Transfer-Encoding is not allowed in HTTP/1.0."
        case .ambiguousLength: "Transfer-Encoding and Content-Length exclude each other."
        case .unsupportedExpectation: "The only supported expectation is 100-continue."
        case .bodyTooLarge: "The request body is too large."
        case .malformedChunk: "The chunked body is malformed."
        case .chunkOverhead: "The chunked body carries too little data for its framing."
        case .malformedTrailer: "A trailer field is malformed."
        case .trailersTooLarge: "The trailer section is too large."
        }
    }
}
