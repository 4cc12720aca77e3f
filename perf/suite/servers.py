"""Redis, RabbitMQ and MariaDB on private ports, with their data in a temporary folder, for as long as a block runs."""
import contextlib
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True


@contextlib.contextmanager
def running(command, is_ready, seconds=60, stop=signal.SIGTERM, **options):
    """Ends with the block, and with this process. Ctrl-C ends the block first: it reaches no server."""
    command = ["setpriv", "--pdeathsig", "KILL"] + [str(word) for word in command]
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True} | options
    process = subprocess.Popen(command, **options)
    try:
        end = time.monotonic() + seconds
        while not is_ready():
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{command[3]} did not start")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(stop)
        process.wait(timeout=60)


@contextlib.contextmanager
def redis():
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        with running(command, lambda: answers(port)):
            yield port


@contextlib.contextmanager
def rabbitmq():
    port, mapper, distribution = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "plugins").write_text("[].\n")
        (folder / "environment.conf").write_text("")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 10MB\n")
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": name, "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(mapper), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"perf-{port}@localhost", "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution), "RABBITMQ_MNESIA_BASE": name + "/data",
            "RABBITMQ_LOG_BASE": name + "/log", "RABBITMQ_PID_FILE": name + "/pid",
            "RABBITMQ_CONFIG_FILE": name + "/rabbitmq.conf", "RABBITMQ_CONF_ENV_FILE": name + "/environment.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": name + "/plugins", "RABBITMQ_ALLOW_INPUT": "true",
        }
        # A private table of node names, since Erlang would leave a shared one behind.
        with running(["epmd", "-address", "127.0.0.1", "-port", mapper], lambda: answers(mapper), env=environment):
            command = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "-noinput"]
            with running(command, lambda: greets(port), stop=signal.SIGKILL, env=environment, cwd=name):
                yield port


def greets(port):
    """The broker greets an unknown protocol with its own header once it takes connections at all."""
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(b"NOTAMQP!")
            return probe.recv(8).startswith(b"AMQP")


class MariaDB:
    def __init__(self, port, user, socket_path):
        self.port, self.user, self.socket = port, user, socket_path

    def query(self, text):
        command = ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch", "--skip-column-names"]
        return subprocess.run(command + ["-e", text], check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def mariadb():
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        user = pwd.getpwuid(os.getuid()).pw_name
        base = ["--no-defaults", f"--datadir={folder}/data", f"--user={user}"]
        subprocess.run(
            ["mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db"] + base, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = MariaDB(port, user, folder + "/socket")
        command = ["mariadbd"] + base + [
            f"--port={port}", "--bind-address=127.0.0.1", f"--socket={server.socket}", "--innodb-buffer-pool-size=512M",
            "--innodb-flush-log-at-trx-commit=1", f"--pid-file={folder}/pid"]
        with running(command, lambda: answers(port)):
            server.query(
                "CREATE DATABASE orders CHARACTER SET utf8mb4; CREATE USER perf@'127.0.0.1' IDENTIFIED BY 'perf';"
                "GRANT ALL ON orders.* TO perf@'127.0.0.1'")
            yield server
