"""Other servers of the same API, where `--peers` asks for them: further rows beside the same yardstick."""
import contextlib
import itertools
import pathlib

from . import client, databases, load, servers, sites
from .catalog import case
from .rounds import Rounds

numbers = itertools.count(1)


def cases(bench):
    # Their preparation takes minutes: only who measures peers needs it.
    from . import peers
    bench.progress("preparing the peers")
    peers.prepare()
    return [found for name in peers.names() for found in cases_of(peers, name)]


def cases_of(peers, name):
    return [
        case(f"POST cluster c64 {name}", posts, peers, name, 64),
        case(f"POST cluster c256 {name}", posts, peers, name, 256),
        case(f"GET pending cluster c64 {name}", reads, peers, name, 64),
    ]


class PeerRounds(Rounds):
    def look_for_failures(self, who, failed):
        """A peer's are a figure of its own, and no problem of ours."""
        if who == "yardstick":
            super().look_for_failures(who, failed)

    def add_load(self):
        super().add_load()
        self.add("failed", "requests", has_yardstick=False)


@contextlib.contextmanager
def running(bench, peers, name):
    """Its port and its database."""
    port, queue = servers.free_port(), f"peer{next(numbers)}"
    with sites.temporary_folder() as folder:
        path = str(pathlib.Path(folder) / "orders.db")
        try:
            with peers.running(name, port, bench.redis, bench.rabbitmq, path, folder, queue=queue):
                yield port, databases.SQLite(path)
        finally:
            sites.sweep(bench.redis, bench.rabbitmq, [queue])


def posts(bench, case, peers, name, connections):
    send = lambda port: load.wrk(port, "/orders", connections, bench.seconds, "post.lua")

    def on_peer():
        with running(bench, peers, name) as (port, database):
            result = send(port)
            result["share"] = databases.count(database) / max(1, result["accepted"])
            return result

    def on_yardstick():
        with bench.path_limit() as port:
            return send(port)

    rounds = PeerRounds(bench, case, on_peer, on_yardstick)
    rounds.add_load()
    rounds.add("in database at the end", "", None, "share", has_yardstick=False)
    beside_spillway(bench, case, name)


def reads(bench, case, peers, name, connections):
    with running(bench, peers, name) as (port, _):
        def on_peer():
            # Written again each time, so that it is pending, or was until just now.
            return load.wrk(port, "/orders/" + client.post_order(port), connections, bench.seconds)

        def on_yardstick():
            with bench.epoll_limit() as limit:
                return load.wrk(limit, "/orders/x", connections, bench.seconds)

        rounds = PeerRounds(bench, case, on_peer, on_yardstick)
    rounds.add_load()
    beside_spillway(bench, case, name)


def beside_spillway(bench, case, name):
    """Spillway's rate in the same run, where it was measured; the ratio is the peer's to it."""
    figure = bench.figure(case.removesuffix(" " + name), "rate")
    if figure:
        bench.add(case, "rate beside Spillway's", "/s", bench.figure(case, "rate").values, figure.values)
