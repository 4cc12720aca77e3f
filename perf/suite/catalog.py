"""All cases by name, in the order in which they run, and which of them the quick run has."""
import dataclasses
import fnmatch

from . import audit, drain, footprint, latency, mixed, posts, reads
from .workbench import Workbench

EMBEDDED, CLUSTER, ON_MARIA = Workbench.embedded, Workbench.cluster, Workbench.cluster_on_maria


@dataclasses.dataclass
class Case:
    """`function` gets the workbench, the name of the case, and the arguments."""
    name: str
    function: object
    arguments: tuple
    is_quick: bool

    def run(self, bench):
        self.function(bench, self.name, *self.arguments)

    def matches(self, pattern):
        return fnmatch.fnmatch(self.name.lower(), pattern.lower())


def case(name, function, *arguments, quick=False):
    return Case(name, function, arguments, quick)


def embedded():
    return [
        case("start", footprint.start, quick=True),
        case("memory idle", footprint.idle, quick=True),
        case("GET pending embedded c64", reads.order, EMBEDDED, "pending", 64, 0.9),
        case("GET pending embedded c256", reads.order, EMBEDDED, "pending", 256, 0.9, quick=True),
        case("GET cached embedded c256", reads.order, EMBEDDED, "cached", 256, 0.9),
        case("GET database embedded c256", reads.order, EMBEDDED, "database", 256),
        case("GET list of 20 embedded c64", reads.page, EMBEDDED, "?limit=20"),
        case("GET list of 100 embedded c64", reads.page, EMBEDDED, ""),
        case("POST embedded c64", posts.embedded, 64),
        case("POST embedded c256", posts.embedded, 256, quick=True),
        case("POST batch embedded c64", posts.batch, EMBEDDED),
        case("mixed embedded c64", mixed.mixed, EMBEDDED),
        case("latency GET embedded", latency.of_reads, EMBEDDED, "pending", "GET pending embedded c256", quick=True),
        case("latency POST embedded", latency.of_posts, EMBEDDED, Workbench.epoll_limit, 256, "POST embedded c256"),
        case("audit embedded", audit.exact, EMBEDDED, quick=True),
        case("memory under load", footprint.under_load),
    ]


def cluster():
    return [
        case("GET pending cluster c64", reads.order, CLUSTER, "pending", 64, 0.7),
        case("GET pending cluster c256", reads.order, CLUSTER, "pending", 256, 0.7, quick=True),
        case("GET cached cluster c256", reads.order, CLUSTER, "cached", 256, 0.7),
        case("GET database cluster c256", reads.order, CLUSTER, "database", 256),
        case("POST cluster c64", posts.cluster, 64),
        case("POST cluster c256", posts.cluster, 256),
        case("POST cluster c512", posts.cluster, 512, quick=True),
        case("POST cluster MariaDB c512", posts.cluster_on_maria),
        case("POST batch cluster c64", posts.batch, CLUSTER),
        case("mixed cluster c64", mixed.mixed, CLUSTER),
        case("latency POST cluster", latency.of_posts, CLUSTER, Workbench.path_limit, 512, "POST cluster c512"),
        case("drain into SQLite", drain.drain, CLUSTER, 300),
        case("drain into SQLite, no lag", drain.drain, CLUSTER, 0),
        case("drain into MariaDB", drain.drain, ON_MARIA, 300),
        case("audit cluster SQLite", audit.exact, CLUSTER, quick=True),
        case("audit cluster MariaDB", audit.exact, ON_MARIA),
    ]


def selected(pattern, is_quick):
    cases = [case for case in embedded() + cluster() if case.is_quick or not is_quick]
    return [case for case in cases if case.matches(pattern)]
