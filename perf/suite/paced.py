"""Requests at a rate of our choice, and how long each took: by perf/pace.c, and by h2load for comparison.

h2load's --rps is for each client, and the timers of its clients, which tick every 10 ms at most, tick nearly together: it sends
bursts, as many requests at once as it has clients, and what it measures above all is how long it takes itself to get
through one. With few clients the bursts are small; a rate that takes many can't be had from it evenly."""
import json
import pathlib
import subprocess

from . import client, sites

H2LOAD_CLIENTS, H2LOAD_WARM_UP = 8, 0.5
QUANTILES = {"p50": 0.50, "p90": 0.90, "p99": 0.99, "p99.9": 0.999}


def request(method, path, body=None):
    content = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\n"
    if content:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


GET, POST = (lambda path: request("GET", path)), (lambda: request("POST", "/orders", client.ORDER))


def pace(binary, port, request, rate, seconds, connections):
    """Microseconds at each quantile, the rate that was answered, how many were accepted and how many failed."""
    with sites.temporary_folder() as folder:
        path = pathlib.Path(folder) / "request"
        path.write_bytes(request)
        command = [binary, port, rate, seconds, connections, path]
        text = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True).stdout
    words = text.split()
    result = dict(zip(words[::2], map(float, words[1::2])))
    return result | {name: int(result[name]) for name in ("sent", "accepted", "failed")}


def h2load(port, path, rate, seconds):
    with sites.temporary_folder() as folder:
        log = pathlib.Path(folder) / "log"
        command = [
            "h2load", "--h1", "-t1", f"-c{H2LOAD_CLIENTS}", f"--rps={rate / H2LOAD_CLIENTS:.3f}",
            f"-D{1000 * (seconds + H2LOAD_WARM_UP):.0f}ms", f"--log-file={log}", f"http://127.0.0.1:{port}{path}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return summed_up([tuple(map(int, line.split("\t"))) for line in log.read_text().splitlines()])


def summed_up(rows):
    """Of rows with start, status and duration."""
    first = min(start for start, _, _ in rows) + 1e6 * H2LOAD_WARM_UP
    counted = [(start, duration) for start, status, duration in rows if start >= first and 200 <= status < 300]
    durations = sorted(duration for _, duration in counted)
    seconds = (max(start for start, _ in counted) - first) / 1e6
    at = lambda share: durations[int(share * (len(durations) - 1))]
    failed = sum(not 200 <= status < 300 for _, status, _ in rows)
    return {name: at(share) for name, share in QUANTILES.items()} | {"rate": len(counted) / seconds, "failed": failed}
