#!/usr/bin/env python3
"""Runs the service from an unpacked image as an engine would: as process 1 and the image's user, without any privilege, on a
root that can't be written but for its volume; and does to it what an engine does.

    exercise.py ROOT IMAGE.json      for check.sh: as root, in a network namespace of its own
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ORDER = {"customer_name": "Ada", "items": [{"name": "Widget", "quantity": 2}], "status": "received"}
# Runs as process 1 of a new namespace, and becomes the command. $1: the root, $2: what is mounted as its volume, $3: where.
CONTAINER = """
set -e
root=$1 data=$2 volume=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$data" "$root$volume"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
"""


class Image:
    """What an image's configuration says, as an engine takes it."""

    def __init__(self, root, configuration):
        self.root = root
        self.settings = configuration["Docker"]["config"]
        self.command = self.settings["Entrypoint"] + self.settings["Cmd"]
        self.volume, = self.settings["Volumes"]
        self.stop_signal = getattr(signal, self.settings["StopSignal"])

    def as_user(self, command, **environment):
        """`command` with the image's user, folder and environment, and with nothing else."""
        user, group = self.settings["User"].split(":")
        variables = self.settings["Env"] + [f"{name}={value}" for name, value in environment.items()]
        return ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs", "--bounding-set=-all",
                "--inh-caps=-all", "env", "--ignore-environment", "--chdir", self.settings["WorkingDir"], *variables, *command]

    def start(self, data, command=None, **environment):
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", CONTAINER, "sh", self.root, data, self.volume,
             *self.as_user(command or self.command, **environment)])

    def execute(self, pid, command):
        """Runs `command` in the container of process `pid`, as `docker exec` does."""
        return subprocess.run(
            ["nsenter", "--target", str(pid), "--mount", "--pid", "--root", "--wd", *self.as_user(command)],
            stdout=subprocess.PIPE, text=True)


def expect(condition, what):
    if not condition:
        raise SystemExit(f"image-check: not so: {what}")
    print(f"ok: {what}")


def eventually(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    return None


def children(pid):
    found = []
    for tasks in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, tasks.read_text().split())
    return found


def status_of(pid, field):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return re.search(rf"^{field}:\s*(.*)$", text, re.MULTILINE)[1].split()


def request(method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=10)
    connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def is_ready():
    with contextlib.suppress(OSError):
        return request("GET", "/ready")[0] == 200
    return False


@contextlib.contextmanager
def running(image, data, **environment):
    """Gives the outer pid of the service, once that is ready."""
    container = image.start(data, **environment)
    try:
        begun = time.monotonic()
        expect(eventually(is_ready), "it serves on port 8080")
        print(f"    {time.monotonic() - begun:.2f} s after its start")
        pid, = children(container.pid)
        yield pid, container
    finally:
        container.kill()
        container.wait()


def list_libraries(image):
    listed = subprocess.run(["chroot", image.root, "ldd", image.command[0]], capture_output=True, text=True, check=True).stdout
    expect("not found" not in listed, "every library that the binary names is there")
    names = [line.split()[0] for line in listed.splitlines()]
    print(f"    {' '.join(sorted(pathlib.PurePath(name).name for name in names))}")
    plugins = [path.name for path in pathlib.Path(image.root).glob("usr/lib/*/libmariadb3/plugin/*.so")]
    expect("caching_sha2_password.so" in plugins, "the database library has what MySQL asks for at a login")
    authorities = subprocess.run(["chroot", image.root, "test", "-s", "/usr/lib/ssl/certs/ca-certificates.crt"])
    expect(authorities.returncode == 0, "OpenSSL finds the public authorities")
    binary = os.path.getsize(image.root + image.command[0])
    print(f"    the binary: {binary / 1e6:.1f} MB")


def look_at_process(image, pid):
    user = image.settings["User"].split(":")[0]
    expect(status_of(pid, "NSpid")[-1] == "1", "it is process 1")
    expect(user != "0" and set(status_of(pid, "Uid")) == {user}, f"it runs as user {user}")
    expect(int(status_of(pid, "CapEff")[0], 16) == 0 and status_of(pid, "NoNewPrivs") == ["1"], "it has no privilege")
    mounts = [line.split() for line in pathlib.Path(f"/proc/{pid}/mounts").read_text().splitlines()]
    writable = {mount[1] for mount in mounts if "rw" in mount[3].split(",") and not re.match("/(proc|dev)($|/)", mount[1])}
    expect(writable == {image.volume}, f"it can write to {image.volume} alone")


def check_health(image, pid):
    kind, *command = image.settings["Healthcheck"]["Test"]
    expect(kind == "CMD", "the health check needs no shell")
    begun = time.monotonic()
    health = image.execute(pid, command)
    expect(health.returncode == 0 and "/health 200" in health.stdout, "the health check says that it is alive")
    print(f"    {health.stdout.strip()}, in {(time.monotonic() - begun) * 1e3:.0f} ms")
    ready = image.execute(pid, [*command, "--ready"])
    expect(ready.returncode == 0 and "/ready 200" in ready.stdout, "and, when asked, that it is ready")


def leave_an_orphan(image, pid):
    # Not with its output in our pipe, the end of which would then be waited for.
    image.execute(pid, ["sh", "-c", "sleep 1000 >/dev/null & exit"])
    orphans = eventually(lambda: children(pid))
    expect(orphans, "it inherits a process that others left behind")
    os.kill(orphans[0], signal.SIGKILL)
    expect(eventually(lambda: not children(pid)), "which leaves no zombie when it ends")


def stop(image, pid, container, inside=False):
    begun = time.monotonic()
    if inside:
        image.execute(pid, ["sh", "-c", f"kill -{int(image.stop_signal)} 1"])
    else:
        os.kill(pid, image.stop_signal)
    origin = "within" if inside else "outside"
    expect(container.wait(60) == 0, f"{image.stop_signal.name} from {origin} ends process 1 with 0")
    print(f"    after {time.monotonic() - begun:.2f} s")


def main():
    root, configuration = sys.argv[1:]
    image = Image(root, json.loads(pathlib.Path(configuration).read_text()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    list_libraries(image)
    expect(image.settings["ExposedPorts"] == {"8080/tcp": {}}, "it exposes port 8080")
    with tempfile.TemporaryDirectory() as data:
        user, group = map(int, image.settings["User"].split(":"))
        os.chown(data, user, group)

        with running(image, data) as (pid, container):
            look_at_process(image, pid)
            status, answer = request("POST", "/orders", ORDER)
            expect(status == 202, "an order is accepted")
            order = {"order_id": answer["order_id"], **ORDER}
            path = f"/orders/{order['order_id']}"
            expect(request("GET", path) == (200, order), "and can be read")
            expect(eventually(lambda: request("GET", "/orders")[1]["orders"] == [order]), "and is in the database soon")
            check_health(image, pid)
            leave_an_orphan(image, pid)
            stop(image, pid, container)
        dead = image.start(data, image.settings["Healthcheck"]["Test"][1:])
        expect(dead.wait(30) == 1, "the health check fails where nothing runs")

        with running(image, data, ACCESS_LOG_FILE="-") as (pid, container):
            expect(request("GET", path) == (200, order), "the order is still there after a restart")
            stop(image, pid, container, inside=True)
        kept = sorted(os.listdir(data))
        expect("server-access.log" not in kept, f"the volume holds {' '.join(kept)}")


if __name__ == "__main__":
    main()
