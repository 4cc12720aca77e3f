"""How long requests take below the maximum: the service at a share of its own maximum, the yardstick at the very same rate."""
from . import audit, databases, load, paced, programs, reads
from .figures import at_most
from .rounds import Rounds

SHARES = (25, 50, 75)
# Added to what the yardstick takes for the same, at half load.
ADDED = at_most(30, "difference")


def maximum(bench, case, measure):
    """Requests a second by the case of this run that found it, or by a short load where that case is left out."""
    figure = bench.figure(case, "rate")
    if figure:
        return figure.value
    bench.progress(f"looking for the maximum, since '{case}' is left out")
    return measure()


def seconds(bench):
    return max(2, bench.seconds - 1)


def at_share(bench, case, share, on_service, on_yardstick, bar=None):
    """As many rounds as any case where a bar is judged, else one."""
    rounds = Rounds(bench, f"{case} {share} %", on_service, on_yardstick, bench.rounds if bar else 1)
    rounds.add("rate", "/s")
    for quantile in paced.QUANTILES:
        rounds.add(quantile, "µs", bar if quantile == "p50" else None)


def of_reads(bench, case, site, level, maximum_case):
    with reads.serving_order(bench, site, level) as (service, path), bench.epoll_limit() as limit:
        most = maximum(bench, maximum_case, lambda: load.wrk(service.port, path, 256, 2)["rate"])
        send = lambda port, share: lambda: bench.pace(port, paced.GET(path), most * share / 100, seconds(bench), 64)
        for share in [50] if bench.is_quick else SHARES:
            at_share(bench, case, share, send(service.port, share), send(limit, share), ADDED if share == 50 else None)
        if bench.is_quick:
            return
        send = lambda port: lambda: paced.h2load(port, path, most / 2, seconds(bench))
        at_share(bench, case + " by h2load", 50, send(service.port), send(limit))


def of_posts(bench, case, site, yardstick, connections, maximum_case):
    send = lambda port, rate: bench.pace(port, paced.POST(), rate, seconds(bench), connections)

    def on_service(rate):
        with site(bench) as place, programs.service(place) as service:
            result = send(service.port, rate)
            databases.wait_for_orders(service.database, result["accepted"], 60)
            # It waits for every answer.
            audit.counted(bench, case, service.database, result["accepted"], under_way=0)
            return result

    def on_yardstick(rate):
        with yardstick(bench) as port:
            return send(port, rate)

    def measure():
        with site(bench) as place, programs.service(place) as service:
            return load.wrk(service.port, "/orders", connections, 3, "post.lua")["rate"]

    most = maximum(bench, maximum_case, measure)
    for share in SHARES:
        rate = most * share / 100
        at_share(bench, case, share, lambda: on_service(rate), lambda: on_yardstick(rate))
