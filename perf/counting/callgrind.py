"""Instructions and heap allocations per request, on the loop's thread and in the whole process, by valgrind's callgrind.

Two runs that differ only in the number of requests are compared, so start and stop cancel out. malloc is in a library of its
own, and callgrind writes down who calls it how often, for each thread: that is the number of allocations.

What timers do is left out: how often they fire within a run depends on how fast the machine is. They also give back the buffers
of connections that are idle, which then grow again; so the allocations do depend on that a little.
"""
import collections
import pathlib
import re
import tempfile
from dataclasses import dataclass, field

from . import rounds
from .service import running

FEW, MANY = 10, 40
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}
# Parts of mangled names. Only the loop's thread serves connections.
LOOP_MARK, TIMER_MARK = "14HTTPConnectionC", "10timerFired"


@dataclass
class Profile:
    """What one thread did."""
    # By function.
    instructions: collections.Counter = field(default_factory=collections.Counter)
    # By (caller, called).
    calls: collections.Counter = field(default_factory=collections.Counter)
    # Instructions of calls, with all that they call in turn; in the same way.
    within: collections.Counter = field(default_factory=collections.Counter)

    @property
    def total(self):
        timers = sum(
            count for (caller, called), count in self.within.items() if TIMER_MARK in called and TIMER_MARK not in caller)
        return self.instructions.total() - timers

    @property
    def allocations(self):
        # An allocator that asks another one of them is one allocation.
        return sum(
            count for (caller, called), count in self.calls.items() if called in ALLOCATORS and caller not in ALLOCATORS)

    @property
    def is_loop(self):
        return any(LOOP_MARK in function for function in self.instructions)


def parse(path):
    """Reads callgrind's output: "fn=" begins a function, each line of numbers under it is a cost of its own, but the one after
    "calls=" is what a called function cost. A name is written out once and has a number from then on."""
    profile, names = Profile(), {}

    def name(text):
        number, written = re.match(r"(\(\d+\)) ?(.*)", text).groups()
        return names.setdefault(number, written)

    function = called = None
    is_call = False
    for line in path.read_text().splitlines():
        key, _, value = line.partition("=")
        if key == "fn":
            function = name(value)
        elif key == "cfn":
            called = name(value)
        elif key == "calls":
            profile.calls[function, called] += int(value.split()[0])
            is_call = True
        elif line[:1] in "0123456789+-*" and line and function:
            cost = int(line.split()[1])
            if is_call:
                profile.within[function, called] += cost
            else:
                profile.instructions[function] += cost
            is_call = False
    return profile


def profiles(binary, case, count):
    """Those of all threads of a run with `count` rounds."""
    with tempfile.TemporaryDirectory() as folder:
        tool = ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/profile"]
        with running(binary, case, tool) as service:
            rounds.send(service, service.prepare(), count)
        return [parse(path) for path in pathlib.Path(folder).glob("profile-*")]


def totals(binary, case, count):
    threads = profiles(binary, case, count)
    (loop,) = [thread for thread in threads if thread.is_loop]
    return {
        "instructions, loop": loop.total,
        "instructions, all": sum(thread.total for thread in threads),
        "allocations, loop": loop.allocations,
        "allocations, all": sum(thread.allocations for thread in threads)}


def count(binary, case):
    """The figures of one request."""
    few, many = (totals(binary, case, count) for count in (FEW, MANY))
    requests = (MANY - FEW) * rounds.CONNECTIONS
    return {name: (many[name] - few[name]) / requests for name in few}
