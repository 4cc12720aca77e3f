"""System calls per request on the loop's thread, under the load of wrk with 256 connections."""
import json
import pathlib
import struct
import subprocess
import tempfile
import time

from .service import BODY, HOST, running

CONNECTIONS, THREADS = 256, 2
WARM_UP_SECONDS, SECONDS = 1, 3
# struct counter of syscalls.c.
COUNTER = struct.Struct("24sQ")


def build(folder):
    """Compiles the counter and returns the path of what is to be preloaded."""
    library = pathlib.Path(folder) / "syscalls.so"
    source = pathlib.Path(__file__).with_name("syscalls.c")
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def read(path):
    """The counts so far, by call."""
    return {name.rstrip(b"\0").decode(): count for name, count in COUNTER.iter_unpack(path.read_bytes())}


def load(service, path, folder):
    """wrk with its load, for as long as warming up and measuring take, and a second more."""
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{WARM_UP_SECONDS + SECONDS + 1}"]
    if service.case.level is None:
        script = pathlib.Path(folder) / "post.lua"
        script.write_text(
            f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = {json.dumps(BODY)}\n')
        command += ["-s", str(script)]
    return subprocess.Popen([*command, f"http://{HOST}:{service.port}{path}"], stdout=subprocess.PIPE, text=True)


def look(service, counts):
    """The calls and the requests so far: the service answers when it can, so the calls are those around that."""
    before = read(counts)
    requests = service.answered()
    after = read(counts)
    return {name: (before[name] + after[name]) / 2 for name in after}, requests


def window(service, counts, generator):
    """Calls per request within some seconds of load, by call."""
    time.sleep(WARM_UP_SECONDS)
    calls_before, requests_before = look(service, counts)
    time.sleep(SECONDS)
    calls, requests = look(service, counts)
    report, _ = generator.communicate(timeout=60)
    # Their cost is another one.
    if "Non-2xx" in report or "Socket errors" in report:
        raise SystemExit(f"not every request was answered well:\n{report}")
    return {name: (calls[name] - calls_before[name]) / (requests - requests_before) for name in calls}


def by_call(binary, case, library):
    """Calls per request on the loop's thread."""
    with tempfile.TemporaryDirectory() as folder:
        counts = pathlib.Path(folder) / "counts"
        environment = {"LD_PRELOAD": str(library), "SYSCALL_COUNTS": str(counts)}
        with running(binary, case, (), environment) as service:
            return window(service, counts, load(service, service.prepare(), folder))


def count(binary, case, library):
    """The figure of one request."""
    return {"system calls, loop": sum(by_call(binary, case, library).values())}
