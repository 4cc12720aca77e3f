/// One value that an operator may set. ``SettingCatalog`` has them all; each kind of value has a type of its own.
///
/// A setting has one name in the environment and in `.env` (`DB_WRITE_LAG_MS`) and one flag (`--db-write-lag-ms`).
package protocol Setting: Sendable {
    var facts: SettingFacts { get }
    /// The default as one would write it; nil when the setting has none.
    var defaultText: String? { get }
    /// What applies without a value, for people.
    var defaultInWords: String { get }
    /// The values that are taken, for people.
    var values: String { get }
    /// The words that are taken, when there are no others.
    var words: [String] { get }
    /// Whether an empty value says something. Otherwise it counts as not set, as shells and compose files leave it.
    var takesEmptyValue: Bool { get }
}

extension Setting {
    package var name: String { facts.name }

    /// `db-write-lag-ms`, which stands behind two hyphens; nil when the setting has no flag.
    package var flag: String? {
        facts.hasFlag ? name.lowercased().split(separator: "_").joined(separator: "-") : nil
    }

    package var defaultInWords: String { defaultText ?? "none" }

    package var words: [String] { [] }

    package var takesEmptyValue: Bool { false }
}

/// What every setting has, whatever its kind.
package struct SettingFacts: Sendable {
    /// Which profile of the service has a use for a setting.
    package enum Profile: String, Sendable {
        case both = "Cluster and embedded"
        case cluster = "Cluster"
        case embedded = "Embedded"
    }

    /// What of the value must not be shown.
    package enum Secrecy: Sendable {
        case open
        /// A URL, which may have a password in it.
        case passwordInURL
        case secret
    }

    package let name: String
    /// One sentence.
    let meaning: String
    /// nil: that of its group.
    package let profile: Profile?
    package let secrecy: Secrecy
    /// Every user of a machine can read flags, so what belongs to a secret has none.
    let hasFlag: Bool

    package init(
        _ name: String, _ meaning: String, profile: Profile? = nil, secrecy: Secrecy = .open, hasFlag: Bool = true
    ) {
        precondition(secrecy != .secret || !hasFlag, "a secret has no flag")
        self.name = name
        self.meaning = meaning
        self.profile = profile
        self.secrecy = secrecy
        self.hasFlag = hasFlag
    }

    /// The meaning, behind the profile where that is not the group's.
    package var sentence: String {
        if let profile { "\(profile.rawValue): \(meaning)" } else { meaning }
    }
}
