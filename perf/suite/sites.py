"""A site: what one run of the service has to itself, which is its folder, its database, and a queue name on the cluster."""
import contextlib
import dataclasses
import itertools
import socket
import tempfile

from . import amqp
from .databases import MariaDB, SQLite

PARTITIONS = 4
numbers = itertools.count(1)


@dataclasses.dataclass
class Site:
    folder: str
    database: object
    settings: dict
    is_embedded: bool = False


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="spillway-bench-", ignore_cleanup_errors=True)


@contextlib.contextmanager
def embedded():
    with temporary_folder() as folder:
        yield Site(folder, SQLite(folder + "/database.db"), {}, is_embedded=True)


@contextlib.contextmanager
def cluster(redis, rabbitmq, maria=None):
    """On SQLite, or on the MariaDB server that is named."""
    queue = f"orders{next(numbers)}"
    with temporary_folder() as folder:
        database = MariaDB(maria) if maria else SQLite(folder + "/orders.db")
        settings = {
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0", "RABBITMQ_HOST": "127.0.0.1", "RABBITMQ_PORT": str(rabbitmq),
            "RABBITMQ_QUEUE_NAME": queue, "DATABASE_URL": database.url}
        try:
            yield Site(folder, database, settings)
        finally:
            database.forget()
            sweep(redis, rabbitmq, queue_names(queue))


def queue_names(queue):
    return [queue, queue + ".dead"] + [f"{queue}.{number}" for number in range(PARTITIONS)]


def sweep(redis, rabbitmq, queues):
    """Nothing of one round is there in the next: no key in Redis, no queue on a disk."""
    amqp.delete_queues(rabbitmq, queues)
    with socket.create_connection(("127.0.0.1", redis), timeout=60) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(16)
