#!/usr/bin/env python3
"""Reads metrics in Prometheus' text format with Prometheus' own parser, holds them to its rules, and prints one sample a line:
name{label="value",...}, a tab, the value. Ends with 1, and says why, where a rule is broken.

    parse.py FILE
"""
import collections
import sys

from prometheus_client.parser import text_string_to_metric_families

SUFFIXES = {"counter": {"_total"}, "gauge": {""}, "histogram": {"_bucket", "_sum", "_count"}}


def series(sample):
    """What tells the sample from others, and of a histogram's buckets the bound as well."""
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
    return f"{sample.name}{{{labels}}}" if labels else sample.name


def check_histogram(family):
    """Buckets rise, and the last one holds all."""
    buckets = collections.defaultdict(list)
    counts, sums = {}, {}
    for sample in family.samples:
        labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        if sample.name.endswith("_bucket"):
            buckets[labels].append((float(sample.labels["le"]), sample.value))
        else:
            (counts if sample.name.endswith("_count") else sums)[labels] = sample.value
    assert buckets.keys() == counts.keys() == sums.keys(), f"{family.name}: a part is missing"
    for labels, steps in buckets.items():
        assert steps == sorted(steps), f"{family.name}: bounds don't rise"
        values = [value for _, value in steps]
        assert values == sorted(values), f"{family.name}: buckets fall"
        assert steps[-1] == (float("inf"), counts[labels]), f"{family.name}: the last bucket isn't all"
        assert sums[labels] >= 0, f"{family.name}: a sum below zero"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\n"), "no line feed at the end"
    seen = {}
    names = set()
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("spillway_"), f"{family.name}: another prefix"
        assert family.name not in names, f"{family.name}: there twice"
        names.add(family.name)
        assert family.documentation, f"{family.name}: no HELP"
        assert family.type in SUFFIXES, f"{family.name}: no TYPE, or an odd one"
        for sample in family.samples:
            # The parser takes the suffix off a counter's family.
            suffix = sample.name[len(family.name):]
            assert suffix in SUFFIXES[family.type], f"{sample.name} in {family.name}"
            assert series(sample) not in seen, f"{series(sample)}: there twice"
            seen[series(sample)] = sample.value
        if family.type == "histogram":
            check_histogram(family)
    # What the parser has not taken for a sample or a comment would be lost silently.
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(seen), "lines that are no samples"
    for name, value in seen.items():
        print(f"{name}\t{value!r}")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(str(error))
