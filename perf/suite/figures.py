"""A figure of a case: what each round measured, of the service and of its yardstick, and the bar that it is held against."""
import dataclasses
import statistics

UNITS = {
    "/s": "{:,.0f}/s", "ms": "{:.2f} ms", "µs": "{:,.1f} µs", "s": "{:.2f} s", "MiB": "{:.1f} MiB", "": "{:.2f}",
    "requests": "{:,.0f}",
}

NOISY = 1.3


def written(value, unit):
    return UNITS[unit].format(value)


@dataclasses.dataclass(frozen=True)
class Bar:
    """`of` says what is judged: the ratio to the yardstick, the difference to it, or the value alone."""
    limit: float
    of: str = "ratio"
    is_least: bool = True

    def is_met(self, value):
        return value >= self.limit if self.is_least else value <= self.limit

    def text(self, unit):
        number = written(self.limit, "" if self.of == "ratio" else unit)
        return ("≥ " if self.is_least else "≤ ") + ("+" if self.of == "difference" else "") + number


def at_least(limit, of="ratio"):
    return Bar(limit, of)


def at_most(limit, of="ratio"):
    return Bar(limit, of, is_least=False)


@dataclasses.dataclass
class Figure:
    case: str
    name: str
    unit: str
    values: list
    yardstick: list = dataclasses.field(default_factory=list)
    bar: Bar | None = None

    @property
    def value(self):
        return statistics.median(self.values)

    @property
    def yardstick_value(self):
        return statistics.median(self.yardstick) if self.yardstick else None

    @property
    def ratios(self):
        """Of each round, since what changes from one minute to the next changes both of a round."""
        return [mine / theirs for mine, theirs in zip(self.values, self.yardstick) if theirs]

    @property
    def ratio(self):
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def is_noisy(self):
        """The yardstick does the same each round: where its figures differ much, somebody else used the machine."""
        return len(self.yardstick) > 1 and max(self.yardstick) > NOISY * min(self.yardstick)

    @property
    def judged(self):
        if self.bar.of == "ratio":
            return self.ratio
        if self.bar.of == "difference":
            return statistics.median(mine - theirs for mine, theirs in zip(self.values, self.yardstick))
        return self.value

    @property
    def is_met(self):
        """None where there is no bar, or nothing to hold against it."""
        return None if self.bar is None or self.judged is None else self.bar.is_met(self.judged)

    def as_json(self):
        bar = None
        if self.bar:
            bar = {"limit": self.bar.limit, "of": self.bar.of, "at": "least" if self.bar.is_least else "most",
                   "judged": self.judged, "met": self.is_met}
        return {
            "case": self.case, "figure": self.name, "unit": self.unit, "median": self.value,
            "yardstick_median": self.yardstick_value, "ratio": self.ratio, "ratios": self.ratios,
            "values": self.values, "yardstick": self.yardstick, "noisy": self.is_noisy, "bar": bar}
