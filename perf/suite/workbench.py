"""What all cases of one run share: its options, the servers and yardsticks, and the figures that came out."""
import contextlib
import functools
import sys
import time

from . import load, paced, programs, servers, sites
from .figures import Figure

# Of path_limit.
LIMIT_QUEUE = "limit_q"


class Workbench:
    """Servers are started when a case needs them first, and stay to the end: an idle one costs nothing that could be seen."""

    def __init__(self, stack, seconds, rounds, is_quick=False):
        self.stack, self.seconds, self.rounds, self.is_quick = stack, seconds, rounds, is_quick
        self.began = time.monotonic()
        self.folder = stack.enter_context(sites.temporary_folder())
        self.figures, self.problems, self.audits, self.raw = [], [], [], {}

    @functools.cached_property
    def redis(self):
        return self.started("Redis", servers.redis())

    @functools.cached_property
    def rabbitmq(self):
        port = self.started("RabbitMQ", servers.rabbitmq())
        # A broker that has just started is slower, which would be held against who comes first.
        with programs.path_limit(self.binaries["path_limit"], self.redis, port) as limit:
            load.wrk(limit, "/orders", 64, 2, "post.lua")
        sites.sweep(self.redis, port, [LIMIT_QUEUE])
        return port

    @functools.cached_property
    def maria(self):
        return self.started("MariaDB", servers.mariadb())

    def started(self, name, server):
        self.progress("starting " + name)
        return self.stack.enter_context(server)

    @functools.cached_property
    def binaries(self):
        return {name: programs.build(name, self.folder) for name in programs.SOURCES}

    def pace(self, *arguments):
        return paced.pace(self.binaries["pace"], *arguments)

    def epoll_limit(self):
        return programs.epoll_limit(self.binaries["epoll_limit"])

    @contextlib.contextmanager
    def path_limit(self):
        try:
            with programs.path_limit(self.binaries["path_limit"], self.redis, self.rabbitmq) as port:
                yield port
        finally:
            sites.sweep(self.redis, self.rabbitmq, [LIMIT_QUEUE])

    def embedded(self):
        return sites.embedded()

    def cluster(self):
        return sites.cluster(self.redis, self.rabbitmq)

    def cluster_on_maria(self):
        return sites.cluster(self.redis, self.rabbitmq, self.maria)

    def progress(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)

    def add(self, case, name, unit, values, yardstick=(), bar=None):
        self.figures.append(Figure(case, name, unit, list(values), list(yardstick), bar))

    def figure(self, case, name):
        return next((figure for figure in self.figures if (figure.case, figure.name) == (case, name)), None)

    def problem(self, text):
        self.problems.append(text)
        self.progress("PROBLEM: " + text)
