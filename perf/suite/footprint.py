"""What the service takes where it does little, and where it does much: memory, and the time that it needs to start."""
import contextlib
import socket
import statistics
import subprocess
import threading
import time

from . import audit, client, databases, load, programs, servers
from .figures import at_most

CROWD, FULL_LOAD_SECONDS, STARTS = 10_000, 60, 10
REQUEST = b"GET /health HTTP/1.1\r\nHost: bench\r\n\r\n"


def idle(bench, case):
    """After the start, and with 10,000 connections that were used once and stay open."""
    with bench.embedded() as place, programs.service(place) as service, contextlib.ExitStack() as clients:
        time.sleep(1)
        bench.add(case, "after the start", "MiB", [service.resident()], bar=at_most(20, "value"))
        crowd = [clients.enter_context(socket.create_connection(("127.0.0.1", service.port))) for _ in range(CROWD)]
        for one in crowd:
            one.sendall(REQUEST)
        answered = sum(one.recv(4096).startswith(b"HTTP/1.1 200") for one in crowd)
        if answered != CROWD:
            bench.problem(f"{case}: {answered} of {CROWD} connections were answered")
        time.sleep(2)
        bench.add(case, "10,000 idle connections", "MiB", [service.resident()], bar=at_most(40, "value"))
        bench.progress(f"{case}: {service.resident():.1f} MiB with {CROWD:,} connections")


def sampled(service, process):
    """MiB each second for as long as the process runs."""
    samples = []
    while process.is_alive():
        samples.append(service.resident())
        process.join(1)
    return samples


def slope(samples):
    """MiB a minute, by the line through the second half."""
    half = samples[len(samples) // 2:]
    return 60 * statistics.linear_regression(range(len(half)), half).slope


def under_load(bench, case):
    with bench.embedded() as place, programs.service(place) as service:
        result = {}
        loading = threading.Thread(
            target=lambda: result.update(load.wrk(service.port, "/orders", 256, FULL_LOAD_SECONDS, "post.lua")))
        loading.start()
        samples = sampled(service, loading)
        drained, _ = databases.wait_for_orders(service.database, result["accepted"], 120)
        audit.counted(bench, case, service.database, result["accepted"], 256)
    if result["failed"]:
        bench.problem(f"{case}: {result['failed']} requests failed")
    bench.raw[case] = {"service": [result | {"drained": drained, "resident": samples}]}
    bench.progress(f"{case}: {result['rate']:,.0f}/s, {max(samples):.0f} MiB at most")
    bench.add(case, "POST, 60 s, peak", "MiB", [max(samples)], bar=at_most(150, "value"))
    # Flat, as far as the noise of a minute lets that be told.
    bench.add(case, "growth a minute, second half", "MiB", [slope(samples)], bar=at_most(5, "value"))
    bench.add(case, "rate over 60 s", "/s", [result["rate"]])
    bench.add(case, "the rest in database after", "s", [drained])


def start(bench, case):
    """From fork to the first answer, with a database of 10,000 orders."""
    with bench.embedded() as place:
        with programs.service(place, DB_WRITE_LAG_MS=0) as service:
            client.post_orders(service.port, 10_000)
            databases.wait_for_orders(service.database, 10_000, 60)
        times = [first_answer(place) for _ in range(STARTS)]
    bench.raw[case] = {"service": [{"start": milliseconds} for milliseconds in times]}
    bench.progress(f"{case}: {statistics.median(times):.1f} ms")
    bench.add(case, "to the first answer", "ms", times, bar=at_most(50, "value"))


def first_answer(place):
    port = servers.free_port()
    words = [str(word) for word in programs.command(place, "serve", port)]
    began = time.monotonic()
    process = subprocess.Popen(
        words, cwd=place.folder, env=programs.environment(place, {}), start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        while not is_healthy(port):
            if process.poll() is not None or time.monotonic() > began + 30:
                raise SystemExit("the service did not start")
            time.sleep(0.0005)
        return 1000 * (time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(timeout=60)


def is_healthy(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(REQUEST)
        return connection.recv(4096).startswith(b"HTTP/1.1 200")
    return False
