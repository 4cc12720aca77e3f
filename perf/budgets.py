#!/usr/bin/env python3
"""Counts what one request costs in instructions, heap allocations and system calls, and fails when one of them has grown.

    perf/budgets.py             compares with perf/budgets.json; exit status 1: something grew by more than 5 %
    perf/budgets.py --record    writes what is measured to perf/budgets.json

Instructions and allocations are counted by valgrind in rounds of 32 requests that are always alike, system calls under the load
of wrk with 256 connections. None of it depends much on how fast or how busy the machine is. The service runs embedded, with
one event loop, and without an access log but in "GET logged". SPILLWAY_BINARY names another binary than that of the checkout.

Needs valgrind, gcc, wrk and strip; see `make budgets`.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from counting import callgrind, syscalls
from counting.service import CASES

HERE = pathlib.Path(__file__).resolve().parent
BINARY = pathlib.Path(os.environ.get("SPILLWAY_BINARY") or HERE.parent / ".build/release/spillway")
RECORD = HERE / "budgets.json"
TOLERANCE = 0.05
# What a figure may always grow by. Idle connections give their buffers back every half a second, and on a slower machine more
# of that falls between two rounds.
SLACK = {"allocations, loop": 0.15, "allocations, all": 0.15}
# What the figure has to be at most, whatever it was.
BARS = {
    ("POST", "allocations, loop"): 2, ("GET pending", "allocations, loop"): 1, ("GET cached", "allocations, loop"): 1,
    ("POST", "system calls, loop"): 2.2, ("GET pending", "system calls, loop"): 2.2,
    ("GET cached", "system calls, loop"): 2.2}


def measure():
    """The figures of each case."""
    with tempfile.TemporaryDirectory() as folder:
        # valgrind 3.19 can't read Swift's debug information.
        stripped = pathlib.Path(folder) / "spillway"
        subprocess.run(["strip", "--strip-debug", "-o", stripped, BINARY], check=True)
        library = syscalls.build(folder)
        return {
            case.name: callgrind.count(stripped, case) | syscalls.count(BINARY, case, library) for case in CASES}


def tools():
    """What the figures depend on besides the service."""
    version = subprocess.run(["valgrind", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{version}, {os.confstr('CS_GNU_LIBC_VERSION')}"


def budget(name, recorded):
    return max(recorded * (1 + TOLERANCE), recorded + SLACK.get(name, 0))


def verdict(case, name, figure, recorded):
    """What is wrong with a figure; nothing when all is well."""
    bar = BARS.get((case, name))
    if bar is not None and figure > bar:
        return f"above the bar of {bar}"
    if recorded is None:
        return "not recorded"
    return "GREW" if figure > budget(name, recorded) else ""


def show(measured, recorded):
    """Prints the table and returns whether every figure is as it should be."""
    print(f"{'per request':12} {'':20} {'figure':>10} {'recorded':>10} {'budget':>10} {'change':>8} {'bar':>5}")
    is_good = True
    for case, figures in measured.items():
        for name, figure in figures.items():
            before = recorded.get(case, {}).get(name)
            columns = ["", "", ""] if before is None else [
                f"{before:,.2f}", f"{budget(name, before):,.2f}", f"{figure / before - 1:+.1%}" if before else ""]
            wrong = verdict(case, name, figure, before)
            is_good = is_good and not wrong
            print(f"{case:12} {name:20} {figure:10,.2f} {columns[0]:>10} {columns[1]:>10} {columns[2]:>8} "
                  f"{BARS.get((case, name), ''):>5} {wrong}".rstrip())
    return is_good


def record(measured):
    rounded = {case: {name: round(figure, 3) for name, figure in figures.items()} for case, figures in measured.items()}
    RECORD.write_text(json.dumps({"measured with": tools(), "per request": rounded}, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write perf/budgets.json")
    arguments = parser.parse_args()
    file = json.loads(RECORD.read_text()) if RECORD.exists() else {"measured with": tools(), "per request": {}}
    if file["measured with"] != tools():
        print(f"recorded with {file['measured with']}, this is {tools()}: other figures are no surprise")
    measured = measure()
    is_good = show(measured, file["per request"])
    if arguments.record:
        record(measured)
    elif not is_good:
        sys.exit(1)


if __name__ == "__main__":
    main()
