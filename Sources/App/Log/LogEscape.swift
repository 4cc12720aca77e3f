/// Escapes what nobody may send to a log as it is: nothing that comes from outside can forge a line, close a quote or
/// steer a terminal.
enum LogEscape {
    static func text(_ text: String) -> String {
        escaped(text) { $0 == "\"" || isUnsafe($0) ? "\\u{\(hexadecimal($0))}" : nil }
    }

    /// As it stands between the quotes of a JSON string.
    static func json(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            // Those that are escaped have four digits at most.
            default:
                isUnsafe(scalar)
                    ? "\\u" + String(repeating: "0", count: 4 - hexadecimal(scalar).count) + hexadecimal(scalar) : nil
            }
        }
    }

    private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if let escape = escape(scalar) { result += escape } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// Both sets of control characters (terminals obey the upper one too), and the two separators of lines that Unicode
    /// has besides them.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0x2028, 0x2029: true
        default: false
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}
