"""The service and its yardstick by turns: A B, B A, A B, so that a machine that drifts favours neither."""


class Rounds:
    def __init__(self, bench, case, service, yardstick, rounds=None):
        """Both are functions that load their program once and return what came out by name."""
        self.bench, self.case, self.rounds = bench, case, rounds or bench.rounds
        self.service, self.yardstick = [], []
        for number in range(self.rounds):
            self.both(number, service, yardstick)
        bench.raw[case] = {"service": self.service, "yardstick": self.yardstick}

    def both(self, number, service, yardstick):
        steps = [("service", self.service, service), ("yardstick", self.yardstick, yardstick)]
        for who, results, step in steps if number % 2 == 0 else reversed(steps):
            results.append(step())
            self.look_for_failures(who, results[-1]["failed"])
        mine, theirs = self.service[-1]["rate"], self.yardstick[-1]["rate"]
        self.bench.progress(
            f"{self.case}, round {number + 1} of {self.rounds}: {mine:,.0f}/s, yardstick {theirs:,.0f}/s")

    def look_for_failures(self, who, failed):
        if failed:
            self.bench.problem(f"{self.case}: {failed} requests to the {who} failed")

    def add(self, name, unit, bar=None, key=None, has_yardstick=True):
        key = key or name
        theirs = [result[key] for result in self.yardstick] if has_yardstick else []
        self.bench.add(self.case, name, unit, [result[key] for result in self.service], theirs, bar)

    def add_load(self, rate=None, p99=None):
        self.add("rate", "/s", rate)
        self.add("p50", "ms")
        self.add("p99", "ms", p99)
