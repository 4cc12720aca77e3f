/// Why bytes are not one JSON document.
enum JSONError: Error, Equatable {
    case empty
    case tooLarge
    case tooDeep
    case badUTF8
    case badString
    case badNumber
    case badStructure
    case outOfMemory

    /// Half a sentence for the client, to follow a colon.
    var reason: StaticString {
        switch self {
        case .empty: "it is empty"
        case .tooLarge: "it is too large"
        case .tooDeep: "it is nested too deeply"
        case .badUTF8: "it is not UTF-8"
        case .badString: "a string is not closed or holds a character or escape that JSON does not allow"
        case .badNumber: "a number is malformed or does not fit 64 bits"
        case .badStructure: "a comma, colon, bracket or value is missing or out of place"
        case .outOfMemory: "there is not enough memory to read it"
        }
    }
}
