#!/usr/bin/env python3
"""Measures the service against bare C programs on the same machine in the same minutes, and audits what it accepted.

    perf/bench.py [--quick] [--peers] [--only 'POST*'] [--seconds N] [--rounds N]

perf/README.md says what is measured and how to read the table. SPILLWAY_BINARY names another binary than that of this checkout.
The exit code is 1 when a request failed, or an order was lost or doubled; a missed bar leaves it 0.
"""
import argparse
import contextlib
import signal
import sys
import time

from suite import catalog, machine, picture, programs, results, table
from suite.workbench import Workbench


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the most telling cases, in 90 seconds")
    parser.add_argument("--peers", action="store_true", help="other servers of the same API too")
    parser.add_argument("--only", default="*", metavar="GLOB", help="the cases of these names")
    parser.add_argument("--list", action="store_true", help="tell the names of the cases")
    parser.add_argument("--seconds", type=int, help="of one load (3; quick: 2)")
    parser.add_argument("--rounds", type=int, help="of a case (3; quick: 2)")
    options = parser.parse_args()
    options.seconds = options.seconds or (2 if options.quick else 3)
    options.rounds = options.rounds or (2 if options.quick else 3)
    return options


def measure(options, cases):
    with contextlib.ExitStack() as stack:
        bench = Workbench(stack, options.seconds, options.rounds, options.quick)
        if options.peers:
            from suite import peer_cases
            cases = cases + [case for case in peer_cases.cases(bench) if case.matches(options.only)]
        for case in cases:
            case.run(bench)
        return bench


def report(bench, described, seconds):
    path = results.write(bench, described, seconds)
    picture.write(f"{path}.svg", bench.figures, described)
    print(table.table(bench.figures))
    print()
    print(table.audited(bench.audits, bench.problems))
    print(f"{table.judged(bench.figures)}; {seconds:.0f} s; {path}.json and .svg")


def main():
    options = arguments()
    cases = catalog.selected(options.only, options.quick)
    if options.list:
        return print("\n".join(case.name for case in cases))
    if not programs.BINARY.exists():
        raise SystemExit(f"{programs.BINARY} is missing: make build")
    # Every block that is open ends what it started, whatever the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs.raise_limit()
    began, stolen = time.monotonic(), machine.stolen()
    described = machine.described()
    bench = measure(options, cases)
    described["stolen_seconds"] = machine.stolen() - stolen
    report(bench, described, time.monotonic() - began)
    return 1 if bench.problems else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
