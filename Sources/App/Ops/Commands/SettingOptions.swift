import ArgumentParser
import Settings

/// The flags of a group of settings, one for each that has one.
///
/// The argument parser finds the options of a type by reflection. So a mirror that is made from the catalog declares
/// them. Messages, `--help` and completions are the same as those of options that are written out one by one.
///
/// A flag's value stays a text here. ``Configuration`` checks values wherever they come from, so that a bad one is
/// reported in the same words.
struct SettingOptions<Group: SettingGroup>: ParsableArguments, CustomReflectable {
    /// What was given, by the name of the variable.
    private(set) var values: [String: String] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for setting in Group().settings where setting.flag != nil {
            let option = try container.decode(Option<String?>.self, forKey: Key(stringValue: setting.name))
            if let value = option.wrappedValue { values[setting.name] = value }
        }
    }

    var customMirror: Mirror {
        let options = Group().settings.compactMap { setting in
            setting.flag.map { flag -> Mirror.Child in
                (
                    setting.name,
                    Option<String?>(name: .customLong(flag), help: ArgumentHelp(stringLiteral: setting.help))
                )
            }
        }
        return Mirror(self, children: options)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}

extension Setting {
    /// The meaning, and behind it the choices and the default, as the argument parser tells its own.
    fileprivate var help: String {
        let choices = words.isEmpty ? "" : "values: \(words.joined(separator: ", ")); "
        return "\(facts.sentence) (\(choices)default: \(defaultInWords))"
    }
}
