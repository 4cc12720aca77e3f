/// A day of the Gregorian calendar, found by arithmetic alone.
package struct CivilDate: Equatable, Sendable {
    package var year: Int
    /// 1...12
    package var month: Int
    /// 1...31
    package var day: Int

    /// - Parameter days: since 1970-01-01, not negative.
    package init(daysSinceEpoch days: Int) {
        precondition(days >= 0)
        // Years are counted from the first of March, so that the leap day is the last one of its year, and in eras of
        // 400 years, which all have 146,097 days. 719,468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        // Takes out the leap days: one in 1,461 days, none in 36,524, one in the era's last day.
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        // From March on, five months always have 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}
