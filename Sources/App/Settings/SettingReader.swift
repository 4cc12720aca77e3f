/// Reads settings from the flags, the environment and `.env`, in this order of precedence.
package struct SettingReader {
    /// Values given as flags, by the name of the variable.
    package let flags: [String: String]
    package let environment: [String: String]
    package let dotEnv: [String: String]
    /// Told the name of each setting that is read: a test finds those that nobody reads.
    var onRead: (_ name: String) -> Void = { _ in }

    package init(flags: [String: String], environment: [String: String], dotEnv: [String: String]) {
        self.flags = flags
        self.environment = environment
        self.dotEnv = dotEnv
    }

    /// The value of the first source that has one; nil when the setting is left to its default.
    package func given(_ setting: some Setting) -> String? {
        onRead(setting.name)
        for source in [flags, environment, dotEnv] {
            if let value = source[setting.name], setting.takesEmptyValue || !value.isEmpty { return value }
        }
        return nil
    }

    /// `derived` replaces the default of the catalog where that follows from other settings.
    package func text(_ setting: TextSetting, default derived: String? = nil) -> String {
        given(setting) ?? derived ?? setting.fallback
    }

    package func integer(_ setting: IntegerSetting, default derived: Int? = nil) throws(SettingError) -> Int {
        try integer(setting, setting.range) ?? derived ?? setting.fallback
    }

    package func integer(_ setting: DerivedIntegerSetting, default derived: Int) throws(SettingError) -> Int {
        try integer(setting, setting.range) ?? derived
    }

    private func integer(_ setting: some Setting, _ range: IntegerRange) throws(SettingError) -> Int? {
        guard let value = given(setting) else { return nil }
        guard let number = Int(value), range.bounds.contains(number) else { throw unreadable(setting, value) }
        return number
    }

    /// true, yes, on, 1 or false, no, off, 0, in any case.
    package func boolean(_ setting: BooleanSetting) throws(SettingError) -> Bool {
        guard let value = given(setting) else { return setting.fallback }
        switch value.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw unreadable(setting, value)
        }
    }

    /// One of the setting's words, in any case, as what `meaning` makes of it.
    package func choice<Value>(_ setting: ChoiceSetting, _ meaning: (_ word: String) -> Value?) throws(SettingError)
        -> Value
    {
        let given = given(setting)
        let word = given?.lowercased() ?? setting.fallback
        guard setting.words.contains(word) else { throw unreadable(setting, given ?? word) }
        guard let value = meaning(word) else { preconditionFailure("\(setting.name) has a word that nobody knows") }
        return value
    }

    private func unreadable(_ setting: some Setting, _ value: String) -> SettingError {
        SettingError(name: setting.name, value: value, expected: setting.values)
    }
}
