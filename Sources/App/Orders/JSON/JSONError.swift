/// Why bytes were refused as a JSON document.
package enum JSONError: Error, Equatable {
    case empty
    case tooLarge
    case tooDeep
    case badUTF8
    case badString
    case badNumber
    case badStructure

    /// One sentence for whoever sent the document, which it calls `subject`.
    package func sentence(about subject: StaticString) -> String {
        switch self {
        case .empty: "\(subject) is not valid JSON: it is empty"
        // These two may be valid, but are not read to the end.
        case .tooLarge: "\(subject) is too large"
        case .tooDeep: "\(subject) is nested too deeply"
        case .badUTF8: "\(subject) is not valid JSON: it is not UTF-8"
        case .badString: "\(subject) is not valid JSON: a text is not closed or holds what JSON does not allow there"
        case .badNumber: "\(subject) is not valid JSON: a number is malformed or does not fit 64 bits"
        case .badStructure: "\(subject) is not valid JSON: a comma, colon, bracket or value is missing or out of place"
        }
    }
}
