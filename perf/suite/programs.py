"""Starts what is measured: the service in a site, and the yardsticks. Builds what is in C, which pace is too."""
import contextlib
import os
import pathlib
import resource
import subprocess
import sys

from . import client, servers

PERF = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("SPILLWAY_BINARY", PERF.parent / ".build/release/spillway")).resolve()
SOURCES = {
    "epoll_limit": ["yardsticks/epoll_limit.c", "-lpthread"],
    "path_limit": ["yardsticks/path_limit.c", "-lhiredis", "-lrabbitmq", "-lpthread"],
    "pace": ["pace.c"],
}
# The yardsticks write no access log either, and nobody has to notice that a service stops that was measured.
SETTINGS = {"ACCESS_LOG_FILE": "", "WORKER_COUNT": "4", "DB_WRITE_LAG_MS": "300", "SHUTDOWN_NOTICE_MS": "0"}
JOBS_PER_MESSAGE = 256


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def build(name, folder):
    binary = pathlib.Path(folder) / name
    subprocess.run(["cc", "-O2", "-o", binary] + SOURCES[name], check=True, cwd=PERF)
    return binary


@contextlib.contextmanager
def epoll_limit(binary):
    port = servers.free_port()
    with servers.running([binary, port, os.cpu_count()], lambda: servers.answers(port)):
        yield port


@contextlib.contextmanager
def path_limit(binary, redis, rabbitmq):
    port = servers.free_port()
    # It takes connections before it has those to Redis and RabbitMQ.
    is_ready = lambda: client.is_answered(port, "/orders", 202, "POST", client.ORDER)
    with servers.running([binary, port, JOBS_PER_MESSAGE, redis, rabbitmq], is_ready):
        yield port


class Service:
    def __init__(self, process, port, site):
        self.process, self.port, self.database = process, port, site.database

    def resident(self):
        return client.resident(self.process)

    def most_resident(self):
        return client.resident(self.process, "VmHWM")


def command(site, role, port):
    listen = ["--host", "127.0.0.1", "--port", port] if role != "worker" else []
    return [BINARY, role] + (["--embedded"] if site.is_embedded else []) + listen


def environment(site, settings):
    return os.environ | SETTINGS | site.settings | {name: str(value) for name, value in settings.items()}


@contextlib.contextmanager
def service(site, role="serve", **settings):
    """`spillway serve`, `api` or `worker` in a site, ready."""
    port = servers.free_port()
    is_ready = (lambda: True) if role == "worker" else lambda: client.is_answered(port, "/ready")
    log = pathlib.Path(site.folder) / "log"
    with open(log, "ab") as file, servers.running(
            command(site, role, port), is_ready, cwd=site.folder, env=environment(site, settings), stderr=file) as process:
        yield Service(process, port, site)
    tell_warnings(log)


def tell_warnings(log):
    """What a service complained of while it was measured belongs to the result."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.split(" ")[1:2] in (["warning"], ["error"])]
    for line in lines[:3]:
        print("  the service said: " + line[:300], file=sys.stderr)
    if len(lines) > 3:
        print(f"  and {len(lines) - 3} lines more like these", file=sys.stderr)
