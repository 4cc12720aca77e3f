"""The embedded service under a measuring tool, and the three requests that are counted."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

HOST = "127.0.0.1"
BODY = json.dumps({
    "customer_name": "Ada Lovelace",
    "items": [{"name": "Widget", "quantity": 2}, {"name": "Gadget", "quantity": 5}]})
# One thread of each kind, so that it is always the same one that does the work. Orders that were applied leave the cache
# of written orders after a second, and what was read from the database stays.
SETTINGS = {
    "API_WORKERS": "1", "WORKER_COUNT": "1", "API_THREADS": "1", "TEMP_ORDER_CACHE_TTL": "1", "ORDERS_CACHE_TTL": "3600",
    "SHUTDOWN_NOTICE_MS": "0", "SHUTDOWN_GRACE_SECONDS": "60"}


@dataclass(frozen=True)
class Case:
    name: str
    lag_milliseconds: int
    # The label of order_reads_total that its reads are counted under; None: it is a POST.
    level: str | None = None
    access_log: str = ""

    @property
    def settings(self):
        return SETTINGS | {"DB_WRITE_LAG_MS": str(self.lag_milliseconds), "ACCESS_LOG_FILE": self.access_log}


CASES = [
    Case("POST", 0), Case("GET pending", 600_000, "pending"), Case("GET cached", 0, "cached"),
    # As it is by default.
    Case("GET logged", 0, "cached", "access.log")]


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Service:
    """A process that runs. `tool`: the words in front of its command."""

    def __init__(self, binary, case, folder, tool=(), environment=None):
        self.case, self.port = case, free_port()
        command = ["setpriv", "--pdeathsig", "KILL", *tool, binary, "serve", "--embedded", "--host", HOST, "--port", self.port]
        # Nobody's .env or shell takes part: only PATH does.
        variables = {"PATH": os.environ["PATH"]} | case.settings | (environment or {})
        with open(pathlib.Path(folder) / "log", "w") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=log)
        self._await_start(folder)

    def _await_start(self, folder, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                return socket.create_connection((HOST, self.port), timeout=1).close()
            time.sleep(0.05)
        raise SystemExit("the service did not start:\n" + (pathlib.Path(folder) / "log").read_text())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=120) != 0:
            raise SystemExit(f"the service ended with {self.process.returncode}")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        if response.status not in (200, 202):
            raise SystemExit(f"{method} {path}: {response.status} {text}")
        return text

    def prepare(self):
        """Brings about what the case is about, and returns the path of its requests."""
        if self.case.level is None:
            return "/orders"
        path = "/orders/" + json.loads(self.ask("POST", "/orders", BODY))["order_id"]
        if self.case.level == "cached":
            # Until the order has been applied and has expired among the written ones.
            time.sleep(2.5)
        self.ask("GET", path)
        return path

    def answered(self):
        """How many requests of this case were answered, as the service counts them."""
        pattern = (
            rf'order_reads_total{{level="{self.case.level}"}} (\d+)' if self.case.level
            else r'orders_accepted_total{type="create_order"} (\d+)')
        return int(re.search(pattern, self.ask("GET", "/metrics"))[1])


@contextlib.contextmanager
def running(binary, case, tool=(), environment=None):
    """The service for the length of a block, with its data in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(binary, case, folder, tool, environment)
        try:
            yield service
            service.stop()
        finally:
            if service.process.poll() is None:
                service.process.kill()
                service.process.wait()
